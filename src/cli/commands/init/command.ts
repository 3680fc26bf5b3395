import { withJson, type JsonOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

interface InitOptions extends JsonOption {
  readonly file?: string;
}

/** Writes a commented starter file. */
export const init: CommandKind = {
  name: 'init',
  summary: 'write a commented starter file',
  examples: [
    { line: 'timers init', does: 'timers.yaml here; an existing one is left as it is' },
    { line: 'timers init -f jobs.yaml', does: 'under another name' },
  ],
  configure(command) {
    withJson(command, 'where it is')
      .argument('[file]', 'where to write it; timers.yaml')
      .option('-f, --file <path>', 'the same');
    return async (terminal, args) => {
      const { onlyFile } = await import('../../arguments.js');
      const { writeStarterFile } = await import('./starter-file.js');
      const { file, json } = command.opts<InitOptions>();
      const path = onlyFile(args[0] as string | undefined, file) ?? 'timers.yaml';
      return writeStarterFile(terminal, path, json === true);
    };
  },
};
