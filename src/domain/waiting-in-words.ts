import { counted } from '../text/counted.js';
import { humanDuration } from './human-duration.js';
import type { SharedRecord } from './status-record.js';
import { SECOND } from './time.js';

/**
 * Describes runs that wait for workers: `2 runs wait for a worker with the label gpu, one of them for 5 s; no such
 * worker is connected`.
 */
export const waitingInWords = ({ queues = [] }: SharedRecord): readonly string[] =>
  queues
    .filter(({ waiting, slots, oldest_ms: oldest }) => waiting > 0 && (slots === 0 || oldest >= SECOND))
    .map(({ label, waiting, slots, active, oldest_ms: oldest }) => {
      const runs = `${counted(waiting, 'run')} ${waiting === 1 ? 'waits' : 'wait'}`;
      const whose = `for a worker with the label ${label}`;
      const long = waiting === 1 ? `for ${humanDuration(oldest)}` : `one of them for ${humanDuration(oldest)}`;
      return `${runs} ${whose}, ${long}; ${slots === 0 ? 'no such worker is connected' : `${active} of ${counted(slots, 'slot')} in use`}`;
    });
