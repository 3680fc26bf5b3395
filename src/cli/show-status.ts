import type { StatusRecord } from '../domain/status-record.js';
import type { FileOption, JsonOption, StateOption, ZoneOption } from './options.js';
import { withScheduler } from './reach-scheduler.js';
import { printStatus } from './render/status.js';
import type { Terminal } from './terminal.js';

/** Shows the status of the running scheduler. Returns the exit code. */
export const showStatus = (
  terminal: Terminal,
  options: FileOption & StateOption & JsonOption & ZoneOption,
): Promise<number> =>
  withScheduler(terminal, options, async ({ client, zone }) => {
    const record = (await client.request('status')) as StatusRecord;
    printStatus(record, { terminal, timezone: await zone(), asJson: options.json === true });
    return 0;
  });
