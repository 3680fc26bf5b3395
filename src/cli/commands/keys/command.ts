import type { CommandKind } from '../../command.js';
import { withJson, type JsonOption } from '../../options.js';

/** Explains the keys of the timer file in the terminal. */
export const keys: CommandKind = {
  name: 'keys',
  group: 'file',
  summary: 'Explain the keys of the timer file',
  details: '"timers help keys" does the same.',
  since: '0.1.0',
  examples: [
    { line: 'timers keys', does: 'List all keys' },
    { line: 'timers keys overlap', does: 'Explain one' },
    { line: 'timers keys retry.attempts', does: 'Explain a key inside a map' },
  ],
  configure(command) {
    withJson(command, 'an array of keys').argument('[key]', 'Key to explain, such as timeout or retry.attempts');
    return async (terminal, args) => {
      const { findKeys } = await import('./find.js');
      const { printKey, printKeyList } = await import('./render.js');
      const asJson = command.opts<JsonOption>().json === true;
      const [name] = args as readonly [string | undefined];
      if (name === undefined) printKeyList(terminal, asJson);
      else printKey(findKeys(name), terminal, asJson);
      return 0;
    };
  },
};
