import type { StatusRecord } from '../domain/status-record.js';
import type { FileOption, JsonOption, StateOption, ZoneOption } from './options.js';
import type { SchedulerClient } from '../control/index.js';
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
    const troubles = await troublesOf(client, record);
    printStatus({ ...record, troubles }, { terminal, timezone: await zone(), asJson: options.json === true });
    return 0;
  });

/** Returns what is wrong with the scheduler, as `status --check` does. Never rejects. */
async function troublesOf(client: Pick<SchedulerClient, 'request'>, record: StatusRecord): Promise<readonly string[]> {
  if (record.is_stopping) return [];
  try {
    const { reasons } = (await client.request('health', { question: 'ready' })) as {
      readonly reasons: readonly string[];
    };
    return reasons;
  } catch {
    // The user asked for the status only, so this is not an error.
    return [];
  }
}
