import { Argument } from 'commander';
import type { CommandKind } from '../../command.js';
import { withJson } from '../../options.js';

/** Each schema, by its name on the command line. */
const SCHEMAS = {
  file: async () => (await import('../../../config/keys/json-schema.js')).schemaText(),
  log: async () => (await import('../../../domain/log-schema.js')).logSchemaText(),
} as const;

/** Prints the schema of the timer file, for editors, or the schema of the log, for programs. */
export const schema: CommandKind = {
  name: 'schema',
  group: 'file',
  summary: 'Print the JSON Schema of the timer file or of the log',
  details:
    'With the schema of the timer file, editors that use the YAML language server complete and explain keys, and mark errors. ' +
    'The schema of the log describes every event with the types of its fields.',
  since: '0.1.0',
  examples: [
    { line: 'timers schema > timers.schema.json', does: 'Write it next to the timer file' },
    { line: 'timers schema log > log.schema.json', does: 'Describe the log records for another program' },
  ],
  configure(command) {
    const what = new Argument('[what]', 'What it describes').choices(Object.keys(SCHEMAS)).default('file');
    withJson(command.addArgument(what), 'JSON (the default)');
    return async (terminal, [chosen]) => {
      const text = await SCHEMAS[chosen as keyof typeof SCHEMAS]();
      terminal.out(...text.trimEnd().split('\n'));
      return 0;
    };
  },
};
