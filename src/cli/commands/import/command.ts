import type { CommandKind } from '../../command.js';
import { withJson } from '../../options.js';
import type { ImportOptions } from './import.js';

/** Turns files of another scheduler into a timer file. */
export const importCommand: CommandKind = {
  name: 'import',
  group: 'file',
  summary: 'Convert a crontab or other schedules to a timer file',
  details:
    'Prints the timer file, and reports on standard error what works differently here. ' +
    'The formats are crontab, supercronic, systemd, kubernetes, yacron, cronstable, ofelia, anacron, pm2 and node-cron. ' +
    'It detects the format unless you set one. To read a file that is named like a format, pass a path, such as ./crontab. ' +
    'The exit code is 1 if something could not be imported; the rest is still written.',
  since: '0.1.0',
  examples: [
    { line: 'crontab -l | timers import > timers.yaml', does: 'Import your crontab' },
    { line: 'timers import /etc/crontab /etc/cron.d -o timers.yaml', does: 'Import the system crontabs' },
    { line: 'timers import /etc/systemd/system/backup.timer', does: 'Import a systemd timer with its service' },
    { line: 'timers import supercronic - < app.cron', does: 'Set the format, and read standard input' },
  ],
  configure(command) {
    withJson(command, 'one JSON object: the timer file and the differences')
      .argument('[format-and-files...]', 'Format, then files or folders to read, or - for standard input')
      .option('-o, --output <path>', 'File to write; never overwrites a file');
    return async (terminal, args) => {
      const { importSchedules } = await import('./import.js');
      return importSchedules(terminal, args[0] as readonly string[], command.opts<ImportOptions>());
    };
  },
};
