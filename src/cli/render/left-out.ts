import { counted } from '../../text/counted.js';

/** Reports lines that did not reach a follower: the scheduler keeps few for it, and never waits. */
export const leftOut = (count: number): string =>
  `timers: ${counted(count, 'line')} left out here: output came faster than this command reads. See the scheduler's log`;

/** Reports after the end of a run that {@link leftOut} was printed, perhaps far above. */
export const incompleteOutput = (name: string): string =>
  `timers: the output of ${name} is incomplete. See the scheduler's log, where timers start prints`;
