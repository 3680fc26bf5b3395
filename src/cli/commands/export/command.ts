import type { CommandKind } from '../../command.js';
import { withFile, withJson } from '../../options.js';
import type { ExportOptions } from './export.js';

/** Writes timers as files of another program. */
export const exportCommand: CommandKind = {
  name: 'export',
  group: 'file',
  summary: 'Write timers as crontab, systemd units, CronJobs or calendar',
  details:
    'Prints the files, and reports on standard error what works differently there. ' +
    'The formats are crontab, systemd (a .timer and a .service for each timer), kubernetes (CronJobs), and ical (the upcoming firings). ' +
    'The exit code is 1 if a timer could not be exported; the other timers are still written.',
  since: '0.1.0',
  examples: [
    { line: 'timers export systemd backup -o units', does: 'Write the units of one timer into a folder' },
    {
      line: 'timers export kubernetes --image shop:1 | kubectl apply -f -',
      does: 'Let Kubernetes run the timers in a container',
    },
    { line: 'timers export ical > timers.ics', does: 'Write the upcoming firings as a calendar' },
  ],
  configure(command) {
    withJson(withFile(command), 'one JSON object: the files and the differences')
      .argument('<format>', 'crontab, systemd, kubernetes or ical')
      .argument('[names...]', 'Timers (default: all)')
      .option('--image <image>', 'Image of the containers; kubernetes needs it')
      .option('-o, --output <path>', 'Folder for several files, or the file to write; never overwrites a file');
    return async (terminal, args) => {
      const { exportTimers } = await import('./export.js');
      const [format, names] = args as readonly [string, readonly string[]];
      return exportTimers(terminal, { format, names, ...command.opts<ExportOptions>() });
    };
  },
};
