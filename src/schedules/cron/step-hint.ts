import { DAY, HOUR, MINUTE, SECOND, type Duration } from '../../domain/time.js';
import type { Expression } from './expression.js';
import type { StepTrap } from './field-item.js';
import { DAY_OF_MONTH_FIELD, DAY_OF_WEEK_FIELD, MONTH_FIELD, POSITIONS, type FieldPosition } from './position.js';
import { valueInWords } from './field-words.js';
import { weekdayName } from './words.js';

/** Returns what to write instead of a step: an interval, if it preserves everything the other fields say. */
export function stepHint(trap: StepTrap, expression: Expression, position: FieldPosition): string {
  const every = everyInstead(trap, expression, position);
  if (every !== undefined) return `For even intervals, write every: ${every}.${everyIsInUtc(every)}`;
  if (trap.only !== undefined) return `If ${valueInWords(trap.only, position)} is meant, write ${trap.only}.`;
  return position === MONTH_FIELD ? 'Write the months as a list.' : 'To choose other values, write them as a list.';
}

/**
 * Notes that an interval counts in UTC. If the offset of the zone is not a multiple of the interval, the firings differ
 * from those of the expression.
 */
const everyIsInUtc = (every: string): string =>
  every.startsWith('{') ? '' : ' It counts in UTC, so its times differ from these.';

const UNITS: Readonly<Record<FieldPosition['key'], Duration | undefined>> = {
  second: SECOND,
  minute: MINUTE,
  hour: HOUR,
  dayOfMonth: DAY,
  dayOfWeek: DAY,
  month: undefined,
};

/**
 * Returns the value of `every` that replaces a step. Whole days get an `at`, because without it `every` counts them in
 * UTC.
 */
function everyInstead({ step, only }: StepTrap, expression: Expression, position: FieldPosition): string | undefined {
  const unit = UNITS[position.key];
  if (unit === undefined) return undefined;
  const isWholeDays = (step * unit) % DAY === 0;
  if (!keepsRhythm(expression, position, isWholeDays)) return undefined;
  if (!isWholeDays) return `${step}${position.key.charAt(0)}`;
  const days = (step * unit) / DAY;
  const isWeeks = position === DAY_OF_WEEK_FIELD && days % 7 === 0 && only !== undefined;
  const interval = isWeeks ? `${days / 7}w` : `${days}d`;
  const weekday = isWeeks ? `${weekdayName(only).slice(0, 3)} ` : '';
  return `{interval: ${interval}, at: "${weekday}${timeOf(expression)}"}`;
}

/**
 * Whether only the field at this position determines the rhythm: coarser fields are unrestricted, and finer ones are 0
 * or form one time of day.
 */
function keepsRhythm(expression: Expression, position: FieldPosition, isWholeDays: boolean): boolean {
  const isDay = position === DAY_OF_MONTH_FIELD || position === DAY_OF_WEEK_FIELD;
  const place = isDay ? POSITIONS.indexOf(DAY_OF_MONTH_FIELD) : POSITIONS.indexOf(position);
  return POSITIONS.every((other, index) => {
    const field = expression[other.key];
    if (other === position) return true;
    if (index >= place) return field.isFull;
    return isWholeDays ? field.single !== undefined : field.single === 0;
  });
}

/**
 * Returns the time of day of an expression whose fields have one value or all values. For all values, the first counts.
 */
function timeOf({ hour, minute, second }: Expression): string {
  const fields = second.single === 0 ? [hour, minute] : [hour, minute, second];
  return fields.map(({ single = 0 }) => String(single).padStart(2, '0')).join(':');
}
