import { FakeClock } from './fake-clock.js';

/** A clock on which each reading takes a millisecond while it is slow. */
export class SlowClock extends FakeClock {
  isSlow = false;

  override now(): number {
    if (this.isSlow) this.block(1);
    return super.now();
  }
}
