import type { StatusRecord } from '../../domain/status-record.js';
import { withFile, withJson, withState, type FileOption, type JsonOption, type StateOption } from '../options.js';
import type { CommandKind } from './kind.js';

/** What a running scheduler does now. */
export const status: CommandKind = {
  name: 'status',
  summary: 'show what the running scheduler does now: what runs, waits, is paused, and is next',
  examples: [
    { line: 'timers status', does: 'a table' },
    { line: 'timers status --json | jq .timers[0]', does: 'one object' },
  ],
  configure(command) {
    withJson(withState(withFile(command)), 'one object');
    return async (terminal) => {
      const options = command.opts<FileOption & StateOption & JsonOption>();
      const { withScheduler } = await import('../reach.js');
      return withScheduler(terminal, options, async ({ client }) => {
        const record = (await client.request('status')) as StatusRecord;
        const { printStatus } = await import('../render/status.js');
        printStatus(record, { terminal, asJson: options.json === true });
        return 0;
      });
    };
  },
};
