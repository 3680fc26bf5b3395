import { withFile, withJson, withState, type StateOption } from '../../options.js';
import type { SimulateOptions } from './simulate-options.js';
import type { CommandKind } from '../../command.js';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const RULES =
  'exit with 1 unless it holds; repeatable: max-concurrent<=4 · max-wait<=5m · no-skips · no-missed · no-overlaps · ' +
  '"NAME within 22:00-06:00" · "NAME runs>=1"';

/** The whole file through the real engine on a virtual clock, with nothing executed. */
export const simulate: CommandKind = {
  name: 'simulate',
  summary: 'foretell starts, overlaps, waits and busy minutes; nothing is executed',
  examples: [
    { line: 'timers simulate', does: '24 hours from the next full hour on; a run takes 1s' },
    { line: 'timers simulate --from 2027-01-01 --to 52w --durations times.yaml', does: 'a year; run times by timer' },
    { line: 'timers simulate --assert no-skips --assert "backup within 22:00-06:00"', does: 'exit code 1 if not so' },
    { line: 'timers simulate --durations recorded --suggest', does: 'other minutes, where the busiest are too busy' },
  ],
  configure(command) {
    withState(withJson(withFile(command).argument('[names...]', 'the timers; without any, all'), 'one object'))
      .option('--from <time>', 'start there (2027-01-01 00:00, 17:00, tomorrow, 2h); default: the next full hour')
      .option('--to <time>', 'end there, or so long after the start: 7d, 52w', '24h')
      .option('--durations <how>', 'how long runs take: 30s, a file of name: 30s or {p50, p95}, or recorded', '1s')
      .option('--fail <name=share>', 'let so many attempts of a timer fail: backup=0.1; repeatable', collect)
      .option('--assert <rule>', RULES, collect)
      .option('--suggest', 'propose minutes that flatten the busiest ones')
      .option('--seed <n>', 'another course of chance, for --fail and the jitter of retries', '1');
    return async (terminal, args) => {
      const { createSystemClock } = await import('../../../clocks/system.js');
      const { readHistory } = await import('../../read-history.js');
      const { simulateFile } = await import('./simulate.js');
      const { noState, statePathOf } = await import('../../../daemon/state.js');
      const options = command.opts<SimulateOptions & StateOption>();
      const now = createSystemClock().now();
      return simulateFile(options, args[0] as readonly string[], {
        terminal,
        now,
        askHistory: async (timerFile, ask) => {
          const path = statePathOf(timerFile, terminal, options.state);
          if (path === undefined) return { reason: noState(timerFile.path, options.state) };
          const reading = await readHistory(path, ask);
          if (reading.kind === 'read') return { answer: reading.answer };
          return { reason: reading.kind === 'none' ? `nothing has been recorded yet in ${path}` : reading.reason };
        },
      });
    };
  },
};
