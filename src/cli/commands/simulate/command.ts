import { withFile, withJson, withState } from '../../options.js';
import type { SimulateOptions } from './simulate-options.js';
import type { CommandKind } from '../../command.js';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const RULES =
  'Exit with 1 unless this rule holds; repeatable: max-concurrent<=4 · max-wait<=5m · no-skips · no-missed · no-overlaps · ' +
  '"NAME within 22:00-06:00" · "NAME runs>=1"';

/** Runs the whole file through the real engine on a virtual clock, without executing anything. */
export const simulateCommand: CommandKind = {
  name: 'simulate',
  group: 'look ahead',
  summary: 'Predict starts, overlaps, waits and busy minutes',
  details: 'Runs the whole file on a virtual clock. No command is executed.',
  since: '0.1.0',
  examples: [
    { line: 'timers simulate', does: 'Simulate 24 hours from the next full hour; each run takes 1s' },
    {
      line: 'timers simulate --from 2027-01-01 --to 52w --durations times.yaml',
      does: 'Simulate a year, with run times for each timer',
    },
    {
      line: 'timers simulate --assert no-skips --assert "backup within 22:00-06:00"',
      does: 'Exit with 1 if a rule does not hold',
    },
    {
      line: 'timers simulate --durations recorded --suggest',
      does: 'Suggest other minutes for timers that start at the same time',
    },
  ],
  configure(command) {
    withState(withJson(withFile(command).argument('[names...]', 'Timers (default: all)'), 'one JSON object'))
      .option(
        '--from <time>',
        'Start at this time, such as 2027-01-01, 17:00, tomorrow or 2h (default: the next full hour)',
      )
      .option('--to <time>', 'End at this time, or this long after the start, such as 7d or 52w', '24h')
      .option('--durations <how>', 'Run times: a duration, a file (name: 30s or {p50, p95}), or recorded', '1s')
      .option(
        '--fail <name=share>',
        "Fraction of a timer's attempts that fail, such as backup=0.1; repeatable",
        collect,
      )
      .option('--assert <rule>', RULES, collect)
      .option('--suggest', 'Suggest minutes to relieve the busiest ones')
      .option('--seed <number>', 'Seed for --fail and for retry jitter, from 0 to 999,999,999', '1');
    return async (terminal, args) => {
      const { createSystemClock } = await import('../../../clocks/system.js');
      const { readHistory, shownPlace } = await import('../../read-history.js');
      const { simulateFile } = await import('./simulate.js');
      const { historyOf } = await import('../../../daemon/state.js');
      const options = command.opts<SimulateOptions>();
      const now = createSystemClock().now();
      return simulateFile(options, args[0] as readonly string[], {
        terminal,
        now,
        askHistory: async (timerFile, ask) => {
          const place = historyOf(timerFile, terminal, options.state);
          if ('reason' in place) return place;
          const reading = await readHistory(place, ask);
          if (reading.kind === 'read') return { answer: reading.answer };
          return {
            reason:
              reading.kind === 'none'
                ? `nothing has been recorded yet in ${shownPlace(place, terminal.cwd)}`
                : reading.reason,
          };
        },
      });
    };
  },
};
