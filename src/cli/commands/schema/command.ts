import type { CommandKind } from '../../command.js';
import { withJson } from '../../options.js';

/** Prints the schema of the timer file, for editors. */
export const schema: CommandKind = {
  name: 'schema',
  group: 'file',
  summary: 'Print the JSON Schema of the timer file, for editors',
  details: 'An editor with the YAML language server completes keys with it, explains them and marks mistakes.',
  since: '0.1.0',
  examples: [
    { line: 'timers schema > timers.schema.json', does: 'Write it beside the timer file' },
  ],
  configure(command) {
    withJson(command, 'JSON (the default)');
    return async (terminal) => {
      const { schemaText } = await import('../../../config/keys/json-schema.js');
      terminal.out(...schemaText().trimEnd().split('\n'));
      return 0;
    };
  },
};
