import { Chalk } from 'chalk';
import { outputLineOf, type EventRecord } from '../../control/index.js';
import { visible } from '../../domain/visible.js';
import { plainText } from '../../sinks/index.js';
import { LocalTime } from '../../sinks/local-clock.js';
import { localClock } from '../zone.js';

/** Puts records of the log into lines for a person, as the pretty log has them: local time, whose it is, what happened, below headings for the date. */
export function renderRecord(color: boolean, timezone: string): (record: EventRecord) => readonly string[] {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const localTime = new LocalTime(localClock(timezone));
  let last = '';
  return (record): string[] => {
    const at = Date.parse(record.timestamp);
    const heading = localTime.heading(at);
    const rule = heading === last ? [] : [chalk.dim(heading)];
    last = heading;
    const isOutput = record.event === 'run.output';
    const text = isOutput
      ? `${visible(String(record['task_name']))} ${chalk.dim('│')} ${plainText(outputLineOf(record))}`
      : visible(record.msg);
    const paint =
      record.level === 'error' ? chalk.red : record.level === 'warn' ? chalk.yellow : (same: string) => same;
    return [...rule, `${chalk.dim(localTime.of(at).time)} ${paint(text)}`];
  };
}
