import { END_OF_TIME, SECOND, type Instant } from './time.js';

/**
 * Returns the last instant before `end` in the sequence of `next`, which returns the first instant after its argument.
 * Bisects instead of visiting every instant.
 */
export function lastBefore(next: (after: Instant) => Instant | undefined, end: Instant): Instant | undefined {
  const comingIn = (after: Instant): Instant => next(after) ?? Infinity;
  let width = SECOND;
  let last = comingIn(end - width);
  while (last >= end) {
    if (end - width < -END_OF_TIME) return undefined;
    width *= 2;
    last = comingIn(end - width);
  }
  let outside = end;
  for (let following = comingIn(last); following < end; following = comingIn(last)) {
    const middle = Math.floor((following + outside) / 2);
    const beyond = comingIn(middle);
    if (beyond >= end) outside = middle;
    last = beyond < end ? beyond : following;
  }
  return last;
}
