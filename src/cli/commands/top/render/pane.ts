import { outputLineOf, type EventRecord } from '../../../../control/index.js';
import { formatLocal } from '../../../../schedules/index.js';
import type { Pane, PaneLine } from '../view.js';
import { lineOf, tame, type TerminalStyle, type PaintedText } from './terminal-style.js';
import { counted } from '../../../../text/counted.js';

const NOTHING = '   no recent output; new lines appear here';

/** Renders a title and the latest lines of one timer's output, at most `height` lines in all. */
export function renderPane(
  { name, lines }: Pane,
  { width, height, look }: { width: number; height: number; look: TerminalStyle },
): string[] {
  const dash = look.isUnicode ? '─' : '-';
  const title = `${dash}${dash} ${tame(name)} `;
  const rule = lineOf(
    [{ text: title + dash.repeat(Math.max(0, width - title.length)), paint: look.chalk.dim }],
    width,
    look,
  );
  const shown = lines.slice(-(height - 1)).map((line) => lineOf(partsOf(line, name, look), width, look));
  if (shown.length === 0) shown.push(lineOf([{ text: NOTHING, paint: look.chalk.dim }], width, look));
  return [rule, ...shown];
}

function partsOf(line: PaneLine, name: string, look: TerminalStyle): readonly PaintedText[] {
  const { chalk, zone, isUnicode } = look;
  if ('dropped' in line)
    return [{ text: `   ${counted(line.dropped, 'line')} left out: output came too fast`, paint: chalk.yellow }];
  const { record } = line;
  const time = { text: `${formatLocal(Date.parse(record.timestamp), zone).slice(11, 19)} `, paint: chalk.dim };
  if (record.event === 'run.output') return [time, barOf(record, look), { text: tame(outputLineOf(record)) }];
  const text = record.msg.startsWith(`${name} `) ? record.msg.slice(name.length + 1) : record.msg;
  return [time, { text: `${isUnicode ? '·' : '-'} ${tame(text)}`, paint: paintOf(record, chalk) }];
}

/** Renders the bar before a line of output, which is bolder for standard error. */
function barOf(record: EventRecord, { chalk, isUnicode }: TerminalStyle): PaintedText {
  const [plain, bold] = isUnicode ? ['│', '┃'] : ['|', '!'];
  return { text: `${record['stream'] === 'stderr' ? bold : plain} `, paint: chalk.dim };
}

function paintOf(
  { level, event }: EventRecord,
  { red, yellow, cyan, green }: TerminalStyle['chalk'],
): (text: string) => string {
  if (level === 'error') return red;
  if (level === 'warn') return yellow;
  return event === 'run.finished' ? green : cyan;
}
