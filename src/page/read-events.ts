/** One server-sent event. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Reads server-sent events as our server writes them: an `event` and one `data` line each. Calls `noticed` whenever
 * anything arrives, even a comment.
 */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  heard: (event: StreamEvent) => void,
  noticed: () => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    noticed();
    text += decoder.decode(value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parse(block);
      if (event !== undefined) heard(event);
    }
  }
}

function parse(block: string): StreamEvent | undefined {
  const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
  return event === undefined || data === undefined ? undefined : { event, data };
}
