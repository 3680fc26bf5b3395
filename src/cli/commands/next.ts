import { Option } from 'commander';
import type { Job } from '../../domain/job.js';
import { withFile, withJson, withZone, type FileOption, type JsonOption, type ZoneOption } from '../options.js';
import type { Terminal } from '../terminal.js';
import type { CommandKind } from './kind.js';

interface NextOptions extends FileOption, JsonOption, ZoneOption {
  readonly count?: string;
  readonly from?: string;
  readonly until?: string;
  readonly aroundDst?: true;
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
    {
      line: 'timers next --around-dst',
      does: 'the next two clock changes of each zone, and what each timer does there',
    },
  ],
  configure(command) {
    withJson(withZone(withFile(command)).argument('[names...]', 'the timers; without any, all'), 'an object a line')
      .option('-n, --count <n>', `how many; ${DEFAULT_COUNT}, or all of a time that --until ends`)
      .option('--from <time>', 'begin there instead of now (RFC 3339, or a local time in the file’s zone)')
      .option('--until <time>', 'end there, inclusive')
      .addOption(
        new Option('--around-dst', 'show what the coming clock changes do instead').conflicts(['count', 'until']),
      );
    return async (terminal, args) => {
      const options = command.opts<NextOptions>();
      const { createSystemClock } = await import('../../clocks/system.js');
      const { jobNamed, loadOrTell } = await import('../load.js');
      const now = createSystemClock().now();
      const timerFile = await loadOrTell(terminal, options.file, now);
      if (timerFile === undefined) return 1;
      const { readCount } = await import('../arguments.js');
      const { comingFirings, readTime } = await import('../coming-firings.js');
      const { inZone, zoneOf } = await import('../zone.js');
      const timezone = zoneOf(options, timerFile.settings);
      const from = options.from === undefined ? now : readTime('--from', options.from, timezone);
      const until = options.until === undefined ? undefined : readTime('--until', options.until, timezone);
      const names = args[0] as readonly string[];
      const asked = names.length === 0 ? timerFile.jobs : [...new Set(names)].map((name) => jobNamed(timerFile, name));
      const jobs = inZone(asked, options);
      if (names.length > 0) sayDisabled(jobs, terminal);
      const printing = { terminal, now, asJson: options.json === true };
      if (options.aroundDst) {
        const { zoneOutlooks } = await import('../around-dst.js');
        const { printOutlooks } = await import('../render/around-dst.js');
        printOutlooks(zoneOutlooks(jobs, from), printing);
        return 0;
      }
      const count = readCount(options.count) ?? (until === undefined ? DEFAULT_COUNT : Number.POSITIVE_INFINITY);
      const firings = comingFirings(jobs, { from, until, count });
      const { printFirings } = await import('../render/firings.js');
      printFirings(firings, printing);
      return 0;
    };
  },
};

function sayDisabled(jobs: readonly Job[], terminal: Terminal): void {
  for (const { enabled, name } of jobs)
    if (!enabled) terminal.err(`${name} is disabled and does not fire by its schedule.`);
}
