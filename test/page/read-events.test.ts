import { expect, test } from 'vitest';
import { readEvents, type StreamEvent } from '../../src/page/read-events.js';

test('events are read completely regardless of chunk boundaries, and comments signal a live server', async () => {
  const bytes = new TextEncoder().encode(
    'event: status\ndata: {"a":"ä"}\n\n: still here\n\nevent: change\ndata: 2\n\nevent: cut',
  );
  const heard: StreamEvent[] = [];
  let signs = 0;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let index = 0; index < bytes.length; index += 7) controller.enqueue(bytes.slice(index, index + 7));
      controller.close();
    },
  });
  await readEvents(
    body,
    (event) => void heard.push(event),
    () => signs++,
  );
  expect(heard).toEqual([
    { event: 'status', data: '{"a":"ä"}' },
    { event: 'change', data: '2' },
  ]);
  expect(signs).toBe(Math.ceil(bytes.length / 7));
});
