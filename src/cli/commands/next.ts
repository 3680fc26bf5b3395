import { withFile, withJson, type FileOption, type JsonOption } from '../options.js';
import type { CommandKind } from './kind.js';

interface NextOptions extends FileOption, JsonOption {
  readonly count?: string;
  readonly from?: string;
  readonly until?: string;
}

const DEFAULT_COUNT = 10;

/** The coming firings, in order. */
export const next: CommandKind = {
  name: 'next',
  summary: 'show the coming firings, in order',
  examples: [
    { line: 'timers next', does: `the next ${DEFAULT_COUNT} over all timers` },
    { line: 'timers next backup -n 3', does: 'the next three of one timer' },
    { line: 'timers next --from 2027-03-28 --until 2027-03-29', does: 'a whole day, here that of a clock change' },
  ],
  configure(command) {
    withJson(withFile(command).argument('[names...]', 'the timers; without any, all'), 'an object a line')
      .option('-n, --count <n>', `how many; ${DEFAULT_COUNT}, or all of a time that --until ends`)
      .option('--from <time>', 'begin there instead of now (RFC 3339, or a local time in the file’s zone)')
      .option('--until <time>', 'end there, inclusive');
    return async (terminal, args) => {
      const options = command.opts<NextOptions>();
      const { createSystemClock } = await import('../../clocks/system.js');
      const { jobNamed, loadOrTell } = await import('../load.js');
      const now = createSystemClock().now();
      const timerFile = await loadOrTell(terminal, options.file, now);
      if (timerFile === undefined) return 1;
      const { readCount } = await import('../arguments.js');
      const { comingFirings, readTime } = await import('../coming-firings.js');
      const { timezone } = timerFile.settings;
      const from = options.from === undefined ? now : readTime('--from', options.from, timezone);
      const until = options.until === undefined ? undefined : readTime('--until', options.until, timezone);
      const names = args[0] as readonly string[];
      const jobs = names.length === 0 ? timerFile.jobs : [...new Set(names)].map((name) => jobNamed(timerFile, name));
      for (const job of jobs)
        if (!job.enabled && names.length > 0)
          terminal.err(`${job.name} is disabled and does not fire by its schedule.`);
      const count = readCount(options.count) ?? (until === undefined ? DEFAULT_COUNT : Number.POSITIVE_INFINITY);
      const firings = comingFirings(jobs, { from, until, count });
      const { printFirings } = await import('../render/firings.js');
      printFirings(firings, { terminal, now, asJson: options.json === true });
      return 0;
    };
  },
};
