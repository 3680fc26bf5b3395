import { counted } from '../../text/counted.js';

/** Reports lines that did not reach a follower: the scheduler keeps few for it, and never waits. */
export const leftOut = (count: number): string =>
  `timers: ${counted(count, 'line')} left out: the scheduler does not wait for this command. See its own log for them`;
