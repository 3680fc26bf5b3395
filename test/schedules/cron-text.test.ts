import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextOf, kindOf, read, refusal } from './context.js';
import { minuteExpression } from './cron-arbitrary.js';

const LONG = '1'.padEnd(22, '0');
const FROM = Date.parse('2026-11-23T08:00Z');

/** The next hundred instants. */
function instants(cron: unknown, seed = 'backup'): number[] {
  const { schedule } = read('cron', cron, { seed });
  const found = [];
  for (let at = schedule.next(FROM); at !== undefined && found.length < 100; at = schedule.next(at)) found.push(at);
  return found;
}

describe('equivalent expressions', () => {
  it.each([
    ['0 3 * * *', '0 0 3 * * *'],
    ['0 3 * * *', '  0\t3  * *   *  '],
    ['0 3 * * *', '0 3 * * *\n'],
    ['0 3 * * *', '00 03 * * *'],
    ['0 3 * * 0', '0 3 * * 7'],
    ['0 3 * * 0', '0 3 * * sun'],
    ['0 3 * JAN-mar Mon', '0 3 * 1-3 1'],
    ['0 3 l * *', '0 3 L * *'],
    ['0 3 15w * *', '0 3 15W * *'],
    ['0 3 * * friL', '0 3 * * 5L'],
    ['0 3 * * 5-1', '0 3 * * 5,6,0,1'],
    ['0-59 0-23 1-31 1-12 0-7', '* * * * *'],
    ['*/1 * * * *', '* * * * *'],
    ['0 3 L-0 * *', '0 3 L * *'],
    ['0 3 * March-june Friday', '0 3 * 3-6 5'],
    ['0 3 * may-JULY monday-wednesday', '0 3 * 5-7 1-3'],
    ['0 3 * * fridayL', '0 3 * * FRIL'],
    ['0 3 * * Tuesday#2', '0 3 * * TUE#2'],
    ['@every_minute', '* * * * *'],
    ['@noon', '0 12 * * *'],
    ['@weekdays', '0 0 * * MON-FRI'],
    ['@weekends', '0 0 * * SAT,SUN'],
    ['0 3 * * MON/2', '0 3 * * MON,WED,FRI'],
    ['0 3 * * 0/2', '0 3 * * */2'],
    ['0 3 * * SUN/3', '0 3 * * SUN,WED,SAT'],
    ['0 3 * * 7/3', '0 3 * * SUN,WED,SAT'],
    ['@daily', '0 0 * * *'],
    [['@daily'], '0 0 * * *'],
  ])('%j equals %j', (one, other) => {
    expect(instants(one)).toEqual(instants(other));
  });

  it('can differ in the order of lists and the case of names', () => {
    fc.assert(
      fc.property(minuteExpression, (cron) => {
        const turned = cron
          .split(' ')
          .map((field) => (field.startsWith('*') ? field : field.split(',').reverse().join(',')));
        // Whether a field starts with a star matters: those stay as they are.
        fc.pre(turned.every((field, index) => field.startsWith('*') === cron.split(' ')[index]!.startsWith('*')));
        expect(instants(turned.join(' ').toLowerCase())).toEqual(instants(cron));
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

describe('a number too long for a double', () => {
  const inMinute = ['0/n', '0-30/n', '22-2/n', '*/n', 'H/n', 'H(0-29)/n', 'H(0-n)', 'n', '1-n'].map(
    (item) => `${item} * * * *`,
  );
  it.each([...inMinute, '0 0 L-n * *', '0 0 nW * *', '0 0 * * MON-SUN/n', '0 0 * * 1#n', '0 0 * * nL'])(
    'is rejected in %s',
    (form) => {
      for (const long of [LONG, '9'.repeat(900)]) {
        const error = refusal(
          'cron',
          form.replace('n', () => long),
        );
        expect(error.code).toBe('cron-range');
        expect(error.message).toMatch(/: a number here can have at most 9 digits\.$/);
        expect(error.place?.span).toBeDefined();
      }
    },
  );
});

describe('invalid expressions', () => {
  it.each([
    // Columns: code, expression, the marked part, hint or message.
    ['cron-empty', '', '', /empty/],
    ['cron-empty', '   ', '', /empty/],
    ['cron-fields', '5', '5', /not 1/],
    ['cron-fields', '* * * *', '* * * *', /not 4.*minute, hour/s],
    ['cron-fields', '0 0 0 1 1 * 2027', '0 0 0 1 1 * 2027', /not 7.*not_before/s],
    ['cron-fields', '0 3 * * * root backup', '0 3 * * * root backup', /run/],
    ['cron-range', '60 * * * *', '60', /minute.*0 to 59/s],
    ['cron-range', '0 24 * * *', '24', /hour.*Midnight is hour 0/s],
    ['cron-range', '0 0 0 * *', '0', /day-of-month.*1 to 31/s],
    ['cron-range', '0 0 32 * *', '32', /day-of-month/],
    ['cron-range', '0 0 * 13 *', '13', /month.*1 to 12/s],
    ['cron-range', '0 0 * * 8', '8', /day-of-week.*0 to 7/s],
    ['cron-range', '61 0 0 * * *', '61', /second/],
    ['cron-range', '0 0 1 1 * 2027', '2027', /not_before/],
    ['cron-range', '5,70,9 * * * *', '70', /70/],
    ['cron-range', '0 0 L-31 * *', 'L-31', /L-30/],
    ['cron-range', '0 0 32W * *', '32W', /32/],
    ['cron-range', '0 0 * * FRI#6', 'FRI#6', /at most five/],
    ['cron-range', '0 0 * * FRI#0', 'FRI#0', /at most five/],
    ['cron-step', '*/0 * * * *', '*/0', /steps by 0/],
    ['cron-step', '5/0 * * * *', '5/0', /steps by 0/],
    ['cron-step', '0 22-2/0 * * *', '22-2/0', /steps by 0/],
    ['cron-item', '0 0 * JANFEB *', 'JANFEB', /JAN, FEB/],
    ['cron-item', '0 0 * * FRIDY', 'FRIDY', /Did you mean FRI\?/],
    ['cron-item', '0 0 * MAY-JULYY *', 'MAY-JULYY', /Did you mean MAY-JUL\?/],
    ['cron-item', '0 0 * * MON-WEDNESAY', 'MON-WEDNESAY', /Did you mean MON-WED\?/],
    ['cron-item', '0 0 * SEPT *', 'SEPT', /Did you mean SEP\?/],
    ['cron-item', '0 0 * * monday,fridy', 'fridy', /"fridy" is not understood.*Did you mean FRI\?/],
    [
      'cron-too-long',
      `${'0,'.repeat(600)}0 * * * *`,
      `${'0,'.repeat(600)}0 * * * *`,
      /has 1209 characters; the maximum is 1000/,
    ],
    [
      'cron-item',
      `${'0-'.repeat(400)}0 * * * *`,
      `${'0-'.repeat(400)}0`,
      /^cron: minute: "(?:0-){30}…" is not understood/,
    ],
    ['cron-shorthand', '@weekday', '@weekday', /Did you mean @weekdays\?/],
    ['cron-item', '0 0 * * *#2', '*#2', /FRI#2/],
    ['cron-item', '0 0 * * MON-FRI#2', 'MON-FRI#2', /one day/],
    ['cron-item', '0 0 1-15W * *', '1-15W', /one day/],
    ['cron-item', '0 0 W * *', 'W', /15W/],
    ['cron-item', '0 0 * * L', 'L', /SATL/],
    ['cron-item', '0 L * * *', 'L', /day of the month/],
    ['cron-item', '? * * * *', '?', /Write \*/],
    ['cron-item', '0 0 ?,5 * *', '?', /alone/],
    ['cron-item', '0 10 ? * MON-FRI *', '?', /the sixth field is a year, as in AWS/],
    ['cron-item', '0 12 * * ? *', '?', /the sixth field is a year, as in AWS/],
    [
      'cron-aws',
      'cron(0 10 ? * 2-6 *)',
      'cron(0 10 ? * 2-6 *)',
      /Write cron: "0 10 \* \* MON-FRI" and timezone: UTC\.$/,
    ],
    ['cron-aws', 'cron(0 8 1 * ? 2027)', 'cron(0 8 1 * ? 2027)', /"0 8 1 \* \*".*not_before/],
    ['cron-aws', 'rate(5 minutes)', 'rate(5 minutes)', /every: 5m$/],
    ['cron-aws', 'rate(2 weeks)', 'rate(2 weeks)', /every: 2w$/],
    ['cron-aws', 'rate(90 seconds)', 'rate(90 seconds)', /every: 90s$/],
    ['cron-aws', 'rate(0 minutes)', 'rate(0 minutes)', /a whole number and a unit/],
    ['cron-aws', 'rate(1.5 hours)', 'rate(1.5 hours)', /a whole number and a unit/],
    ['cron-aws', 'cron(0 9 ? * L *)', 'cron(0 9 ? * L *)', /"0 9 \* \* SAT"/],
    ['cron-aws', 'at(2027-01-01T00:00:00)', 'at(2027-01-01T00:00:00)', /at: "2027-01-01T00:00:00", and timezone: UTC/],
    ['cron-command', '@daily /usr/bin/x', '/usr/bin/x', /under run/],
    ['cron-fields', '*/5 * * * * mail root@x', '*/5 * * * * mail root@x', /not 7.*under run/],
    ['cron-shorthand', '@every 1h30m', '@every 1h30m', /every: 1h30m/],
    ['cron-aws', 'rate(1 day)', 'rate(1 day)', /every: 1d$/],
    ['cron-item', '-1 * * * *', '-1', /not understood/],
    ['cron-item', '1- * * * *', '1-', /not understood/],
    ['cron-item', '1-2-3 * * * *', '1-2-3', /not understood/],
    ['cron-item', '*/ * * * *', '*/', /not understood/],
    ['cron-item', '*5 * * * *', '*5', /not understood/],
    ['cron-item', '1//2 * * * *', '1//2', /not understood/],
    ['cron-item', '1,,2 * * * *', '', /missing/],
    ['cron-item', '1, * * * *', '', /missing/],
    ['cron-item', '0~30 * * * *', '0~30', /H\(a-b\)/],
    ['cron-item', 'MON * * * *', 'MON', /not understood/],
    ['cron-character', '٣ * * * *', '٣', /does not belong/],
    ['cron-character', '0.5 * * * *', '.', /does not belong/],
    ['cron-character', '0 3\n* * * *', '\n', /does not belong/],
    ['cron-character', '0 3\u00a0* * * *', '\u00a0', /U\+00A0 \(no-break space\) does not belong.*a space/],
    ['cron-item', '0 0 * Janfeb *', 'Janfeb', /"Janfeb" is not understood/],
    ['cron-command', '0 3 * * * /bin/x', '/bin/x', /"\/bin\/x" is a command, not a field.*under run/],
    ['cron-command', '30 22 31 12 * ./Backup.sh', './Backup.sh', /"\.\/Backup\.sh".*under run/],
    ['cron-command', '0 3 * * * backup', 'backup', /under run/],
    ['cron-hash', 'H(0-60) * * * *', 'H(0-60)', /0-59/],
    ['cron-hash', 'H(9-1) * * * *', 'H(9-1)', /smaller value first/],
    ['cron-hash', 'Hx * * * *', 'Hx', /not understood/],
    ['cron-hash', 'H/0 * * * *', 'H/0', /steps by 0/],
    ['cron-assignment', 'CRON_TZ=UTC 0 3 * * *', 'CRON_TZ=UTC 0 3 * * *', /timezone/],
    ['cron-shorthand', '@reboot', '@reboot', /run_at_start: true/],
    ['cron-shorthand', '@every 5m', '@every 5m', /every: 5m/],
    ['cron-shorthand', '@fortnightly', '@fortnightly', /every: {interval: 2w, at: "Mon 00:00"}/],
    ['cron-shorthand', '@biweekly', '@biweekly', /2w.*every second week.*twice a week/],
    ['cron-shorthand', '@minutely', '@minutely', /Write @every_minute\./],
    ['cron-shorthand', '@every_5_minutes', '@every_5_minutes', /every: 5m/],
    ['cron-shorthand', '@every_2hours', '@every_2hours', /every: 2h/],
    ['cron-item', '0 9 * * FRIL/2', 'FRIL/2', /takes no step\. Write FRIL\./],
    ['cron-item', '0 0 * * Mo', 'Mo', /Write MON\.$/],
    ['cron-item', '0 0 * * Mo-Fr', 'Mo-Fr', /Write MON-FRI\.$/],
    ['cron-item', '0 0 * * Di#2', 'Di#2', /Write TUE#2\.$/],
    ['cron-item', '0 0 * * moL', 'moL', /Write MONL\.$/],
    ['cron-item', '0 0 1 ma *', 'ma', /Did you mean MAR or MAY\?$/],
    ['cron-character', '0 0 1 Mär *', 'ä', /Write MAR\.$/],
    ['cron-character', '0 0 1 Fév *', 'é', /Did you mean FEB\?$/],
    ['cron-character', '0 0 * * Mon..Fri', '.', /Write MON-FRI\.$/],
    ['cron-character', '0 9:30 * * *', ':', /two fields: 30 9\.$/],
    ['cron-item', '0 12am * * *', '12am', /Write 0\.$/],
    ['cron-item', '0 9am-5pm * * *', '9am-5pm', /Write 9-17\.$/],
    ['cron-item', '0 noon * * *', 'noon', /Write 12\.$/],
    ['cron-item', '0 0 1st * *', '1st', /Write 1\.$/],
    ['cron-item', '0 0 */2d * *', '*/2d', /Write \*\/2\.$/],
    ['cron-item', '0 0 L-2W * *', 'L-2W', /counts working days\. Write L-2 for .*LW/],
    ['cron-item', '0 0 L-1W * *', 'L-1W', /Write L-1 for 1 day before/],
    ['cron-item', '0 0 1L * *', '1L', /Write L-1 for 1 day before/],
    ['cron-item', '0 0 W15 * *', 'W15', /Write 15W\.$/],
    ['cron-item', '0 0 3L * *', '3L', /Write L-3 /],
    ['cron-item', '0 0 * * LFRI', 'LFRI', /Write FRIL\.$/],
    ['cron-item', '0 0 * * 2MON', '2MON', /Write MON#2\.$/],
    ['cron-shorthand', '@midnite', '@midnite', /Write @midnight\.$/],
    ['cron-shorthand', '@week', '@week', /Write @weekly\.$/],
    ['cron-shorthand', '@ann', '@ann', /Did you mean @annually\?$/],
    ['cron-shorthand', '@every 2d', '@every 2d', /instead: every: 2d\.$/],
    ['cron-shorthand', '@every 90 minutes', '@every 90 minutes', /Write "90m"\.$/],
    ['cron-shorthand', '@every 1.5h', '@every 1.5h', /Write "1h30m"\.$/],
    ['cron-shorthand', '@5m', '@5m', /instead: every: 5m\.$/],
    ['cron-fields', 'every 5m', 'every 5m', /instead: every: 5m\.$/],
    ['cron-fields', 'daily', 'daily', /Write @daily\.$/],
    ['cron-fields', '0 0 12 * * ? *', '0 0 12 * * ? *', /the first field\. Write cron: "0 12 \* \* \*"\.$/],
    [
      'cron-fields',
      '5 0 9 ? * 2-6 2027',
      '5 0 9 ? * 2-6 2027',
      /the last field\. Write cron: "5 0 9 \* \* MON-FRI"\. Put the year/,
    ],
    ['cron-item', '0 9 15W/2 * *', '15W/2', /takes no step\. Write 15W\./],
    ['cron-item', '0 9 * * FRI#1-3', 'FRI#1-3', /Write FRI#1,FRI#2,FRI#3\./],
    ['cron-item', '0 9 * Mai *', 'Mai', /Did you mean MAR or MAY\?/],
    ['cron-item', '0 9 * * Thurs', 'Thurs', /Did you mean THU\?/],
    ['cron-item', '0 9 * * tues-thur', 'tues-thur', /Did you mean TUE/],
    ['cron-item', '0 9 * * weekday', 'weekday', /Write MON-FRI\./],
    ['cron-item', '0 9 * * weekends', 'weekends', /Write SAT,SUN\./],
    ['cron-item', '0 9 * MON *', 'MON', /MON belongs in the day of the week, the last field/],
    ['cron-item', '0 9 * * JUN', 'JUN', /JUN belongs in the month/],
    ['cron-item', '0 9 MON * *', 'MON', /MON belongs in the day of the week/],
    ['cron-fields', 'Mon..Fri 09:00', 'Mon..Fri 09:00', /systemd's OnCalendar\. Write cron: "0 9 \* \* MON-FRI"/],
    ['cron-fields', '*-*-* 03:30:00', '*-*-* 03:30:00', /Write cron: "30 3 \* \* \*"/],
    ['cron-fields', '*-*-01 03:00', '*-*-01 03:00', /systemd's OnCalendar\.$/],
    ['cron-zone', '0 9 * * * Europe/Berlin', 'Europe/Berlin', /timezone: Europe\/Berlin\.$/],
    ['cron-zone', '0 9 * * UTC', 'UTC', /timezone: UTC/],
    ['cron-zone', '0 0 9 * * * Asia/Tokyo', 'Asia/Tokyo', /timezone: Asia\/Tokyo/],
    ['cron-character', '0\u20099 * * *', '\u2009', /U\+2009 \(thin space\).*Write "0 9 \* \* \*"\./],
    ['cron-character', '0\u30009 * * *', '\u3000', /ideographic space.*Write "0 9 \* \* \*"\./],
    ['cron-character', '0 9 * * 1\u20135', '\u2013', /en dash.*Write "0 9 \* \* 1-5"\./],
    ['cron-character', '\u2217/5 * * * *', '\u2217', /asterisk operator.*Write "\*\/5 \* \* \* \*"\./],
    ['cron-never', '0 0 31 2 *', '0 0 31 2 *', /never the 31st in February.*L for the last day/],
    ['cron-never', '0 0 30,31 FEB *', '0 0 30,31 FEB *', /never the 30th and 31st in February/],
    ['cron-never', '0 0 31 4,6,9,11 *', '0 0 31 4,6,9,11 *', /in April, June, September and November/],
    ['cron-never', '0 0 31W 6 *', '0 0 31W 6 *', /never a day of "31W" in June/],
    ['cron-never', '0 0 L-29 2 *', '0 0 L-29 2 *', /never a day of "L-29" in February/],
    ['cron-never', '0 0 30 2 */2', '0 0 30 2 */2', /never the 30th in February/],
    ['cron-never', '0 0 */30 2 MON#3', '0 0 */30 2 MON#3', /never fall on the same day in February.*without \*/],
    ['cron-never', '0 0 LW * */7', '0 0 LW * */7', /"LW" and "\*\/7" never fall on the same day\..*without \*/],
    ['cron-never', '0 0 */20 * MON#2', '0 0 */20 * MON#2', /"\*\/20" and "MON#2" never fall on the same day\./],
  ])('%s: %j', (code, cron, part, said) => {
    const error = refusal('cron', cron);
    const [start, end] = error.place?.span ?? [0, 0];
    expect({ code: error.code, part: cron.slice(start, end) }).toEqual({ code, part });
    expect(`${error.message} ${error.hint ?? ''}`).toMatch(said);
    expect(error.message).toMatch(/^cron: /);
  });

  it('are reported with their index in a list', () => {
    expect(refusal('cron', ['0 3 * * *', '0 25 * * *']).place).toEqual({ item: 1, span: [2, 4] });
    expect(refusal('cron', []).code).toBe('cron-empty');
  });

  it.each([[5], [null], [undefined], [{}], [true], [['0 3 * * *', 5]]])('include the wrong type %j', (value) => {
    expect(() => read('cron', value)).toThrow(TypeError);
  });

  it('are never accepted: each accepted text has five or six fields or is a shorthand', () => {
    const letters = fc.constantFrom(...'0 1 5 9 * / , - # L W H J A N M O ? @'.split(' '), ' ');
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 14 }), (text) => {
        try {
          kindOf('cron').parse(text, contextOf());
        } catch {
          return;
        }
        expect(text.trim().split(/ +/).length).toBeOneOf(text.includes('@') ? [1] : [5, 6]);
      }),
      { numRuns: 3_000, seed: 11 },
    );
  });
});

describe('H', () => {
  const minuteOf = (cron: string, seed: string): number => new Date(instants(cron, seed)[0]!).getUTCMinutes();
  const seeds = Array.from({ length: 300 }, (_, index) => `timer-${index}`);

  it('has the same value for the same name', () => {
    expect(instants('H H * * *', 'backup')).toEqual(instants('38 17 * * *'));
    expect(instants('H H(0-5) H * *', 'web')).toEqual(instants('9 4 28 * *'));
  });

  it('distributes names over all minutes', () => {
    const hit = new Set(seeds.map((seed) => minuteOf('H * * * *', seed)));
    expect(hit.size).toBeGreaterThan(55);
  });

  it.each([
    ['H(0-29) * * * *', (minute: number) => minute < 30],
    ['H(10-12)/5 * * * *', (minute: number) => minute >= 10 && minute <= 12],
  ])('%s stays in its range', (cron, isRight) => {
    expect(seeds.map((seed) => minuteOf(cron, seed)).every(isRight)).toBe(true);
  });

  it.each([
    ['H/15 * * * *', 15 * 60_000],
    ['H/30 9 * * *', 30 * 60_000],
  ])('%s keeps the step', (cron, step) => {
    for (const seed of seeds.slice(0, 20)) {
      const [first, second] = instants(cron, seed);
      expect(second! - first!).toBe(step);
    }
  });

  it('does not skip a month in the day of the month', () => {
    for (const seed of seeds.slice(0, 40)) {
      const months = instants('0 12 H * *', seed)
        .slice(0, 12)
        .map((at) => new Date(at).getUTCMonth());
      expect(new Set(months).size).toBe(12);
    }
  });
});

describe('warnings', () => {
  it.each([
    ['cron-day-or', '0 0 13 * FRI', 'FRI', /the 13th, and also on every Friday/],
    [
      'cron-day-or',
      '0 0 1,15 * MON-WED',
      'MON-WED',
      /the 1st and 15th, and also on every Monday, Tuesday and Wednesday/,
    ],
    ['cron-day-or', '0 0 30 2 MON', 'MON', /never the 30th in February: fires on every Monday alone/],
    ['cron-skipped-months', '0 0 31 * *', '31', /February, April, June, September and November/],
    ['cron-skipped-months', '0 0 29,30 1-3 *', '29,30', /February/],
    ['cron-skipped-months', '0 0 31W * *', '31W', /April/],
    ['cron-skipped-months', '0 0 * * FRI#5', 'FRI#5', /skipped/],
    ['cron-leap-day', '0 0 29 2 *', '29', /leap years/],
    ['cron-uneven-step', '*/7 * * * *', '*/7', /56 is followed by 0.*|every: 7m/],
    ['cron-uneven-step', '0 */5 * * *', '*/5', /20 is followed by 0/],
    ['cron-uneven-step', '0 0 */2 * *', '*/2', /starts over each month.*every: \{interval: 2d, at: "00:00"\}/],
    ['cron-uneven-step', '0 9 */2 6 *', '*/2', /starts over each month\. To choose/],
    ['cron-uneven-step', '0 0 * * MON-SUN/2', 'MON-SUN/2', /0 is followed by 1, sooner/],
    ['cron-uneven-step', '0 0 * * 0-7/2', '0-7/2', /6 is followed by 0, sooner/],
    ['cron-uneven-step', '30-29/7 * * * *', '30-29/7', /26 is followed by 30, sooner/],
    // An interval would lose what the other fields say.
    ['cron-uneven-step', '*/7 9-17 * * MON-FRI', '*/7', /sooner than the rest\. To choose other values/],
    ['cron-uneven-step', '15 */5 * * *', '*/5', /To choose other values/],
    ['cron-step-too-large', '30 */36 * * *', '*/36', /only 0 matches\. If 0 is meant, write 0\.$/],
    ['cron-step-too-large', '0 0 1 */12 *', '*/12', /only 1 matches\. If January is meant, write 1\.$/],
    ['cron-step-too-large', '0 0 */40 6 *', '*/40', /only 1 matches\. If the 1st is meant, write 1\.$/],
    ['cron-step-too-large', '0 0 */48 * * *', '*/48', /every: \{interval: 2d, at: "00:00"\}\.$/],
    ['cron-step-too-large', '30 */48 * * *', '*/48', /every: \{interval: 2d, at: "00:30"\}\.$/],
    ['cron-step-too-large', '15 30 4/72 * * *', '4/72', /every: \{interval: 3d, at: "04:30:15"\}\.$/],
    ['cron-step-too-large', '5/1440 * * * *', '5/1440', /every: \{interval: 1d, at: "00:05"\}\.$/],
    ['cron-step-too-large', '0 */36 * * *', '*/36', /every: 36h\. It counts in UTC/],
    ['cron-step-too-large', '0 8 * * MON/14', 'MON/14', /every: \{interval: 2w, at: "Mon 08:00"\}\.$/],
    ['cron-uneven-step', '30 0 3 */2 * *', '*/2', /every: \{interval: 2d, at: "03:00:30"\}\.$/],
    ['cron-step-too-large', '*/90 * * * *', '*/90', /only 0 matches/],
    ['cron-step-too-large', '0 9-17/9 * * *', '9-17/9', /only 9 matches/],
    ['cron-every-minute', '* 3 * * *', '*', /60 times/],
    ['cron-every-second', '* 30 3 * * *', '*', /60 times/],
  ])('%s: %j', (code, cron, part, said) => {
    const [warning, ...others] = read('cron', cron).warnings;
    const [start, end] = warning?.place?.span ?? [0, 0];
    expect({ code: warning?.code, part: cron.slice(start, end), others: others.length }).toEqual({
      code,
      part,
      others: 0,
    });
    expect(`${warning?.message ?? ''} ${warning?.hint ?? ''}`).toMatch(said);
  });

  it.each([
    ['0 3 * * *'],
    ['*/5 * * * *'],
    ['0 */6 * * *'],
    ['* * * * *'],
    ['* 9-17 * * MON-FRI'],
    ['0 0 1 * *'],
    ['0 0 28 * *'],
    ['0 0 L * *'],
    ['0 0 LW * *'],
    ['0 0 1,31 * *'],
    ['0 0 31 1,3,5 *'],
    ['0 0 * * FRI#4'],
    ['0 0 * * SUNL'],
    ['0 0 ? * MON'],
    ['0 0 1-31 * *'],
    ['@weekly'],
    ['H/15 H * * *'],
  ])('are not given for %j', (cron) => {
    expect(read('cron', cron).warnings).toEqual([]);
  });

  it('explain that a day field beginning with a star adds no days', () => {
    const [uneven, and] = read('cron', '0 0 13 * */5').warnings;
    expect(uneven?.code).toBe('cron-uneven-step');
    expect(and).toMatchObject({ code: 'cron-day-and', place: { span: [9, 12] } });
    expect(and?.message).toMatch(/every Sunday and Friday, but only when that is also the 13th/);
  });

  it.each(['0 */5 * * *', '*/7 * * * *', '*/7 * * * * *'])(
    'for %s mention that the suggested interval counts in UTC',
    (cron) => {
      const [warning] = read('cron', cron).warnings;
      expect(warning?.hint).toMatch(/every: \d+[hms]\. It counts in UTC, so its times differ from these\.$/);
    },
  );

  it('contain the index of the expression in a list', () => {
    expect(read('cron', ['0 3 * * *', '*/7 * * * *']).warnings).toMatchObject([{ place: { item: 1, span: [0, 3] } }]);
  });
});

describe('interval-like expressions', () => {
  it.each([
    ['*/5 * * * *', true],
    ['30 */2 * * *', true],
    ['* 2 * * *', true],
    ['*,5 2 * * *', true],
    ['0 * * * *', true],
    ['@hourly', true],
    ['0 2 * * *', false],
    ['0-59 2 * * *', false],
    ['* 30 2 * * *', false],
    ['@daily', false],
    [['*/5 * * * *', '0 * * * *'], true],
    [['*/5 * * * *', '0 2 * * *'], false],
  ])('%j: %s', (cron, expected) => {
    expect(read('cron', cron).schedule.intervalLike).toBe(expected);
  });
});

describe('Quartz-style numeric weekdays', () => {
  it.each([
    ['0 0 9 ? * 2-6', 'MON-FRI', 'TUE-SAT'],
    ['0 9 ? * 1,7', 'SUN,SAT', 'MON,SUN'],
    ['0 9 * * 6L', 'FRIL', 'SATL'],
    ['0 9 * * 2#1', 'MON#1', 'TUE#1'],
    ['0 9 ? * 2/2', 'MON/2', 'TUE/2'],
    ['0 9 * * 01#2', 'SUN#2', 'MON#2'],
    ['0 9 * * 1#02', 'SUN#2', 'MON#2'],
    ['0 9 * * 05L', 'THUL', 'FRIL'],
    ['0 9 * * 07#1', 'SAT#1', 'SUN#1'],
  ])('cause a warning: %s', (cron, there, here) => {
    const warning = read('cron', cron).warnings.find(({ code }) => code === 'cron-quartz-weekday');
    expect(warning?.message).toContain(`means ${here}.`);
    expect(warning?.hint).toContain(`${there} if the expression comes from there, ${here} if not`);
  });

  it.each(['0 9 * * 2-6', '0 9 ? * MON-FRI', '0 9 * * FRIL', '0 9 ? * 0', '0 0 9 1 * ?'])(
    'are not assumed in %s',
    (cron) => {
      expect(read('cron', cron).warnings.map(({ code }) => code)).not.toContain('cron-quartz-weekday');
    },
  );
});
