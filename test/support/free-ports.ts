import { createServer, type AddressInfo } from 'node:net';

/** Ports of the loopback address on which nothing listens. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = [...Array(count).keys()].map(() => createServer());
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}

/** A port of this test process, below those that the system gives to connections. */
export const ownPort = (): number => 20_000 + (process.pid % 12_000);

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
