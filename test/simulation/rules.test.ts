import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.js';
import { timeOfDay } from '../../src/schedules/index.js';
import { simulateWithRules } from '../../src/simulation/simulate-with-rules.js';
import { readRule, RuleError } from '../../src/simulation/rules.js';
import { everyMs, job } from '../support/rig.js';
import { NIGHT, scenario } from './scenario.js';

const names = ['a', 'b', 'backup'];
const read = (text: string) => readRule(text, { jobNames: names, timeOfDay });

/** Three jobs every hour for six hours, in `zone`, one slot, 90 s each. */
const verdict = async (text: string, { zone = 'UTC', lasting = 90 * SECOND, concurrency = 1 } = {}) => {
  const jobs = names.map((name) => job(name, everyMs(HOUR), { timezone: zone }));
  const { verdicts } = await simulateWithRules(
    scenario(jobs, 6 * HOUR + MINUTE, { concurrency, lasting: () => lasting }),
    [read(text)],
  );
  const { holds, breaches, first, sentence } = verdicts[0]!;
  return {
    holds,
    breaches,
    first: first.map(({ at, job: { name } }) => `${name}+${(at - NIGHT) / MINUTE}m`),
    sentence,
  };
};

describe('a rule', () => {
  test.each([
    ['max-concurrent<=1', {}],
    ['max-concurrent <= 3', { concurrency: 3 }],
    ['no-skips', {}],
    ['no-missed', {}],
    ['no-overlaps', {}],
    ['max-wait<=3m', {}],
    ['backup runs>=5', {}],
    ['backup within 01:00-06:03', {}],
    ['backup within 23:00-06:03', {}],
    ['  backup   within 01:00 - 06:03 ', {}],
  ])('holds: %s', async (text, how) => {
    expect(await verdict(text, how)).toEqual({ holds: true, breaches: 0, first: [], sentence: undefined });
  });

  test.each([
    ['max-concurrent<=2', { concurrency: 3 }, 6, ['backup+60m', 'backup+120m', 'backup+180m']],
    ['no-skips', { lasting: 70 * MINUTE }, 11, ['a+120m', 'b+120m', 'backup+120m']],
    ['no-overlaps', { lasting: 70 * MINUTE }, 11, ['a+120m', 'b+120m', 'backup+120m']],
    ['max-wait<=2m', {}, 5, ['backup+63m', 'backup+123m', 'backup+183m']],
    ['backup within 02:00-06:00', {}, 1, ['backup+63m']],
    ['backup within 05:00-02:00', {}, 3, ['backup+123m', 'backup+183m', 'backup+243m']],
    ['backup within 01:00-06:03', { zone: 'Asia/Kolkata' }, 5, undefined],
  ])('does not hold, with the first violations: %s', async (text, how, breaches, first) => {
    const told = await verdict(text, how);
    expect(told).toMatchObject({ holds: false, breaches, ...(first && { first }) });
  });

  test('about too few runs is reported only at the end', async () => {
    expect(await verdict('backup runs>=100')).toEqual({
      holds: false,
      breaches: 0,
      first: [],
      sentence: 'backup runs 5 times',
    });
  });
});

describe('an invalid rule is rejected', () => {
  test.each([
    [
      'max-concurent<=4',
      /"max-concurent<=4" is not a valid rule\. Did you mean max-concurrent<=4\?.*The rules are: .*no-missed/,
    ],
    ['no-skip', /Did you mean no-skips\?/],
    ['max-wait<=5', /5 has no unit\. Write "5s" for seconds/],
    ['max-concurrent<4', /Did you mean max-concurrent<=4\?/],
    ['backup withn 22:00-06:00', /Did you mean NAME within 22:00-06:00\?/],
    ['backup within 22-06', /Did you mean NAME within 22:00-06:00\?/],
    ['bakup within 22:00-06:00', /no timer "bakup"\. Did you mean backup\?/],
    ['backup within 22:00-26:00', /26:00 is not a valid time of day/],
    ['xyzzy', /"xyzzy" is not a valid rule\. The rules are/],
    ['', /is not a valid rule/],
  ])('%j', (text, said) => {
    expect(() => read(text)).toThrow(RuleError);
    expect(() => read(text)).toThrow(said);
  });
});
