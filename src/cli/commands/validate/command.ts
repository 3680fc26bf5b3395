import { jsonText } from '../../../text/visible.js';
import { withFile, withJson, type FileOption, type JsonOption } from '../../options.js';
import type { CommandKind } from '../../command.js';
import { counted } from '../../../text/counted.js';

interface ValidateOptions extends FileOption, JsonOption {
  readonly strict?: true;
}

/** Checks everything that can be checked without running anything. */
export const validate: CommandKind = {
  name: 'validate',
  group: 'file',
  summary: 'Check a timer file without running anything',
  since: '0.1.0',
  examples: [
    { line: 'timers validate', does: 'Report all errors in the nearest timer file' },
    { line: 'timers validate jobs.yaml --strict', does: 'Treat warnings as errors' },
    { line: 'render-timers | timers validate -', does: 'Check standard input' },
    { line: 'timers validate --json', does: 'Print one JSON object, for editors and CI' },
  ],
  configure(command) {
    withJson(withFile(command).argument('[file]', 'Timer file, or - for standard input'), 'one JSON object').option(
      '--strict',
      'Treat warnings as errors',
    );
    return async (terminal, args) => {
      const options = command.opts<ValidateOptions>();
      const { createSystemClock } = await import('../../../clocks/system.js');
      const { onlyFileArgument } = await import('../../arguments.js');
      const { loadForeseeing, renderLoaded, shortPath } = await import('../../load.js');
      const named = onlyFileArgument(args[0] as string | undefined, options.file);
      const { isPiped, loadPiped } = await import('./piped-file.js');
      const now = createSystemClock().now();
      const loaded =
        named !== undefined && isPiped(named, terminal)
          ? await loadPiped(named, terminal, now)
          : await loadForeseeing(terminal, named, now);
      const fatal = options.strict ? ['error', 'warning'] : ['error'];
      const valid = !loaded.problems.some(({ severity }) => fatal.includes(severity));
      if (options.json) {
        const { toReport } = await import('./report.js');
        terminal.out(...jsonText(toReport(loaded, valid), 2).split('\n'));
      } else {
        const { path = '', timerCount, problems } = loaded;
        if (problems.length > 0) terminal.outPainted(...renderLoaded(loaded, terminal, terminal.color.out));
        if (valid) terminal.out(`${shortPath(path, terminal.cwd)} is valid: ${counted(timerCount, 'timer')}.`);
      }
      return valid ? 0 : 1;
    };
  },
};
