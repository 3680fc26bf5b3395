import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printExplanation } from '../../src/cli/commands/explain/render.js';
import { printList } from '../../src/cli/commands/list/render.js';
import { rowOf } from '../../src/cli/commands/list/rows.js';
import type { TimerFile } from '../../src/config/index.js';
import { statusContext } from '../../src/daemon/status.js';
import { expressionInWords, fieldsInWords } from '../../src/schedules/index.js';
import { ScheduleError } from '../../src/schedules/kind.js';
import { read } from '../schedules/context.js';
import { minuteExpression } from '../schedules/cron-arbitrary.js';
import { saidBy } from '../schedules/said.js';
import { capturedTerminal } from '../support/past.js';
import { job } from '../support/rig.js';
import { rounds } from './rounds.js';

/** Every minute of some days of each month of two years. */
const DAY = 86_400_000;
const FROM = Date.parse('2027-01-01T00:00Z');

/**
 * The days of the month in these words, except those of a nearest working day: 31W is the 31st in every month that has
 * one.
 */
const daysNamedBy = (words: string): number[] =>
  Array.from(words.replace(/nearest to the \d+/g, '').matchAll(/the (\d+)(?:st|nd|rd|th)(?! [A-Z])/g), ([, day]) =>
    Number(day),
  );

test('leading zeros change neither words nor warnings', () => {
  fc.assert(
    fc.property(minuteExpression, fc.integer({ min: 1, max: 3 }), (plain, count) => {
      const padded = plain.replace(/\d+/g, (digits) => '0'.repeat(count) + digits);
      const meanings = (cron: string): string[] => fieldsInWords(cron, 'backup').map(({ meaning }) => meaning);
      expect(expressionInWords(padded, 'backup')).toBe(expressionInWords(plain, 'backup'));
      expect(meanings(padded)).toEqual(meanings(plain));
      expect(meanings(padded)).not.toContain('');
      expect(warningCodes(padded)).toEqual(warningCodes(plain));
    }),
    rounds(1_000, 20_261_129),
  );
});

test('list, status, explain and the page show the sentence compared below', () => {
  fc.assert(
    fc.property(minuteExpression, (cron) => {
      const { schedule } = read('cron', cron, { timezone: 'UTC', seed: 'backup' });
      const backup = job('backup', schedule, { written: { key: 'cron', text: cron } });
      const sentence = expressionInWords(cron, 'backup');
      const [list, json, explained] = [false, true, false].map(() => capturedTerminal({ width: 2_000 }));
      const row = rowOf(backup, { now: FROM, timer: undefined, record: undefined });
      printList([row], { terminal: list!, now: FROM, asJson: false });
      printList([row], { terminal: json!, now: FROM, asJson: true });
      const facts = { problems: [], source: '', file: 'timers.yaml' };
      const explanation = { expressions: [], firings: [], zone: 'UTC', outlook: undefined };
      const printing = { terminal: explained!, now: FROM, asJson: false };
      printExplanation({ ...explanation, explained: { ...backup, ...facts } }, printing);
      const { words } = statusContext({ path: '', settings: {} } as TimerFile, undefined as never, {});
      expect(list!.said.out[1]).toContain(`  ${sentence}  `);
      expect(JSON.parse(json!.said.out[0] ?? '')).toMatchObject({ schedule: sentence });
      expect(explained!.said.out[0]).toBe(`backup: ${sentence}`);
      expect(words(backup)).toBe(sentence);
    }),
    rounds(300, 14),
  );
});

/** `undefined` for days that never come, which are refused. */
function warningCodes(cron: string): string[] | undefined {
  try {
    return read('cron', cron).warnings.map(({ code }) => code);
  } catch (error) {
    if (error instanceof ScheduleError && error.code === 'cron-never') return undefined;
    throw error;
  }
}

test('the sentence describes generated expressions correctly', () => {
  fc.assert(
    fc.property(minuteExpression, (cron) => {
      const words = expressionInWords(cron, 'backup');
      const said = saidBy(words);
      for (const day of daysNamedBy(words)) if (day > said.longestMonth) throw new Error(`${words}: no ${day}`);
      const { schedule } = read('cron', cron, { timezone: 'UTC', seed: 'backup' });
      let compared = 0;
      for (let day = FROM; day < FROM + 730 * DAY; day += DAY) {
        const first = schedule.next(day - 1);
        const isDue = first !== undefined && first < day + DAY;
        if (isDue !== said.isOn(new Date(day))) throw new Error(`${words}: ${new Date(day).toISOString()}`);
        if (!isDue || compared++ > 0) continue;
        for (let minute = day; minute < day + DAY; minute += 60_000)
          if ((schedule.next(minute - 1) === minute) !== said.isAt(new Date(minute)))
            throw new Error(`${words}: ${new Date(minute).toISOString()}`);
      }
    }),
    rounds(300, 13),
  );
});
