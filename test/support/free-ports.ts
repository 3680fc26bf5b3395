import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Below the ports that the system gives to connections, and to servers that name none. It would give away a port that
 * is only free for now.
 */
const FIRST = 20_000;
const END = 32_000;

/** Ports of the loopback address on which nothing listens. */
export async function freePorts(count: number): Promise<number[]> {
  const free = new Map<number, Server>();
  while (free.size < count) {
    const port = randomInt(FIRST, END);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) =>
      server
        .once('error', () => resolve(false))
        .once('listening', () => resolve(true))
        .listen(port, '127.0.0.1'),
    );
    if (isFree) free.set(port, server);
  }
  for (const server of free.values()) await new Promise((resolve) => server.close(resolve));
  return [...free.keys()];
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
