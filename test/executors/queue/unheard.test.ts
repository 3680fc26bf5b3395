import { expect, test } from 'vitest';
import { MINUTE } from '../../../src/domain/time.js';
import { Unheard, type QueuePlace } from '../../../src/executors/queue/channels.js';
import { FakeClock } from '../../support/fake-clock.js';

test('a store that rejects messages is reported once, and again after 10 minutes without a rejection', async () => {
  const place = { refusalOf: ({ message }: Error) => (message.startsWith('NOPERM') ? message : undefined) };
  const reported: string[] = [];
  const clock = new FakeClock();
  const unheard = new Unheard(place as unknown as QueuePlace, clock, (reason) => reported.push(reason));
  for (let minute = 0; minute < 30; minute++) {
    unheard.refused('first');
    await clock.advance(MINUTE);
  }
  expect(reported).toEqual(['NOPERM first']);
  await clock.advance(10 * MINUTE);
  unheard.add(new Error('the connection was lost'));
  expect(reported).toHaveLength(1);
  unheard.refused('second');
  expect(reported).toEqual(['NOPERM first', 'NOPERM second']);
});
