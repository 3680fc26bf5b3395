import type { CommandKind } from '../../command.js';
import { withJson } from '../../options.js';
import type { ImportOptions } from './import.js';

/** Turns files of another scheduler into a timer file. */
export const importCommand: CommandKind = {
  name: 'import',
  group: 'file',
  summary: 'Turn a crontab or other schedules into a timer file',
  details:
    'It prints the timer file, and reports on standard error what is different here. ' +
    'The format is recognized if you name none. A file that has the name of a format needs a path, such as ./crontab. ' +
    'The exit code is 1 if something could not be carried over; the rest is still written.',
  since: '0.1.0',
  examples: [
    { line: 'crontab -l | timers import > timers.yaml', does: 'Import your crontab' },
    { line: 'timers import /etc/crontab /etc/cron.d -o timers.yaml', does: 'Import the crontabs of the system' },
    { line: 'timers import /etc/systemd/system/backup.timer', does: 'Import a systemd timer with its service' },
    { line: 'timers import supercronic - < app.cron', does: 'Name the format, and read standard input' },
  ],
  configure(command) {
    withJson(command, 'one JSON object: the timer file and the differences')
      .argument('[format-and-files...]', 'Format, then files or folders to read, or - for standard input')
      .option('-o, --output <path>', 'File to write; an existing one stays unchanged');
    return async (terminal, args) => {
      const { importSchedules } = await import('./import.js');
      return importSchedules(terminal, args[0] as readonly string[], command.opts<ImportOptions>());
    };
  },
};
