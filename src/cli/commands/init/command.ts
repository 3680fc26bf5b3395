import { withJson, type JsonOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

interface InitOptions extends JsonOption {
  readonly file?: string;
}

/** Writes a commented starter file. */
export const init: CommandKind = {
  name: 'init',
  group: 'file',
  summary: 'Write a commented starter file',
  details: 'Also writes timers.schema.json, which lets editors complete and explain the keys.',
  since: '0.1.0',
  examples: [
    { line: 'timers init', does: 'Write timers.yaml; an existing file stays unchanged' },
    { line: 'timers init -f jobs.yaml', does: 'Write it under another name' },
  ],
  configure(command) {
    withJson(command, 'the path as JSON')
      .argument('[file]', 'File to write (default: timers.yaml)')
      .option('-f, --file <path>', 'File to write, same as the argument');
    return async (terminal, args) => {
      const { onlyFileArgument } = await import('../../arguments.js');
      const { schemaText } = await import('../../../config/keys/json-schema.js');
      const { writeStarterFile } = await import('./starter-file.js');
      const { file, json } = command.opts<InitOptions>();
      const path = onlyFileArgument(args[0] as string | undefined, file) ?? 'timers.yaml';
      return writeStarterFile(terminal, path, { schema: schemaText(), asJson: json === true });
    };
  },
};
