import type { Args } from '../../../control/index.js';
import type { Keeping } from '../../../domain/ad-hoc.js';
import type { RunRecord } from '../../../domain/status-record.js';
import type { Instant } from '../../../domain/time.js';
import { isWaiting } from '../../render/timer-state.js';
import { zoneClockTime } from './render/state.js';
import type { Wish } from './view.js';

/** Where an action sends its verbs. */
interface Asked {
  ask(verb: string, args: Args): Promise<unknown>;
}

type Deed = Extract<Wish, { kind: 'trigger' | 'pause' | 'resume' | 'cancel' }>;

/** Sends a requested action to the scheduler. Returns the result, in words. @throws RefusalError or LostError. */
export async function carryOut(
  link: Asked,
  wish: Deed,
  at: { readonly now: Instant; readonly zone: string },
): Promise<string> {
  const { name } = wish;
  switch (wish.kind) {
    case 'trigger': {
      const { state } = (await link.ask('trigger', { name })) as Partial<Pick<RunRecord, 'state'>>;
      return `${state !== undefined && isWaiting({ state }) ? 'queued' : 'triggered'} ${name}`;
    }
    case 'pause': {
      const args = { names: [name], ...(wish.length !== undefined && { for_ms: wish.length }) };
      const { until, keeping } = (await link.ask('pause', args)) as { until: string | null; keeping?: Keeping };
      const end = until === null ? 'it is resumed' : zoneClockTime(Date.parse(until), at.now, at);
      return `paused ${name} until ${end}${keeping === 'memory' ? ', or until the scheduler exits' : ''}`;
    }
    case 'resume':
      await link.ask('resume', { names: [name] });
      return `resumed ${name}`;
    case 'cancel': {
      const { canceled } = (await link.ask('cancel', { target: name })) as { canceled: number };
      if (canceled === 0) return `${name} had no active run left`;
      return `canceled ${canceled === 1 ? 'the run' : `${canceled} runs`} of ${name}`;
    }
  }
}
