import { readRobfig, RobfigError, type RobfigFields } from '../../importers/robfig/expression.js';
import { readExpression, textsOf, type Expression } from '../../schedules/index.js';

type Field = Expression['minute'];

/** Writes a cron expression for robfig/cron; `undefined` if it has no equivalent. `seed` is for `H`. */
export function robfigExpression(cron: string, seed: string): string | undefined {
  const expression = readExpression(cron, seed);
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = expression;
  const isOnMinute = second.single === 0;
  if (!isOnMinute || dayOfMonth.hasRules || dayOfWeek.hasRules || needsBoth(expression)) return undefined;
  const fields = [minute, hour, dayOfMonth, month, dayOfWeek];
  const texts = textsOf(cron).slice(-5);
  return fields.map((field, index) => textOf(field, texts[index] ?? '*', index)).join(' ');
}

/** Whether a day must match both day fields. In robfig/cron, one of them is always enough, unless one is `*`. */
const needsBoth = ({ dayOfMonth, dayOfWeek }: Expression): boolean =>
  !dayOfMonth.isFull && !dayOfWeek.isFull && (dayOfMonth.isOpen || dayOfWeek.isOpen);

/** Returns the field as written if it means the same in robfig/cron, otherwise its values. */
function textOf(field: Field, text: string, index: number): string {
  const values = field.values.toArray();
  const there = fieldThere(text, index);
  const isSame = there !== undefined && there.size === values.length && values.every((value) => there.has(value));
  return isSame ? text : values.join(',');
}

const NAMES = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const satisfies readonly (keyof RobfigFields)[];

function fieldThere(text: string, index: number): ReadonlySet<number> | undefined {
  const texts = NAMES.map((_, at) => (at === index ? text : '*'));
  const name = NAMES[index];
  try {
    const read = readRobfig(texts.join(' '), { takesSeconds: false });
    return read.kind === 'fields' && name !== undefined ? read[name].values : undefined;
  } catch (error) {
    if (!(error instanceof RobfigError)) throw error;
    return undefined;
  }
}
