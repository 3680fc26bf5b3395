import { boardContract } from '../../support/board-contract.js';
import { FakeClock } from '../../support/fake-clock.js';
import { MemoryStore } from '../../support/memory-board.js';

boardContract('memory', () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  return Promise.resolve({
    connect: () => store.connect(),
    lease: 1_000,
    pass: (duration) => clock.advance(duration),
    wipe: () => {
      store.goBack();
      return Promise.resolve();
    },
    end: () => Promise.resolve(),
  });
});
