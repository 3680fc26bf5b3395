import type { CommandKind } from './kind.js';

interface InitOptions {
  readonly file: string;
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
    command.option('-f, --file <path>', 'where to write it', 'timers.yaml');
    return async (terminal) => {
      const { writeStarterFile } = await import('../starter-file.js');
      return writeStarterFile(terminal, command.opts<InitOptions>().file);
    };
  },
};
