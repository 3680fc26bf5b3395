import { Argument } from 'commander';
import type { CommandKind } from '../../command.js';
import { withFile, withJson, type FileOption, type JsonOption } from '../../options.js';
import type { Asked } from './words-for.js';

const WORDS: readonly Asked[] = ['bash', 'zsh', 'fish', 'names', 'zones'];

/** Prints what shells need to complete the command line. */
export const completion: CommandKind = {
  name: 'completion',
  group: 'help',
  summary: 'Print the completion for bash, zsh or fish',
  details: 'Completes commands, options and their values, timer names and time zones.',
  since: '0.1.0',
  examples: [
    { line: 'source <(timers completion bash)', does: 'In ~/.bashrc' },
    { line: 'source <(timers completion zsh)', does: 'In ~/.zshrc, after compinit' },
    { line: 'timers completion fish | source', does: 'In ~/.config/fish/completions/timers.fish' },
  ],
  configure(command) {
    withJson(withFile(command), 'an array of its lines').addArgument(
      new Argument('<shell>', 'Shell, or what its script asks for').choices(WORDS),
    );
    return async (terminal, args) => {
      const { wordsFor } = await import('./words-for.js');
      const { file, json } = command.opts<FileOption & JsonOption>();
      const lines = await wordsFor(args[0] as Asked, terminal, file);
      terminal.out(...(json ? [JSON.stringify(lines)] : lines));
      return 0;
    };
  },
};
