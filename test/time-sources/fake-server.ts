import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { toNtpTime } from '../../src/time-sources/sntp/sntp-packet.js';
import type { Cancel, Duration, Instant } from '../../src/domain/time.js';
import { FakeClock } from '../support/fake-clock.js';

/** The fields of a server's response; all others are those of a good server. */
export interface Said {
  readonly leap?: number;
  readonly version?: number;
  readonly mode?: number;
  readonly stratum?: number;
  readonly precision?: number;
  /** In seconds. */
  readonly rootDelay?: number;
  /** In seconds. */
  readonly rootDispersion?: number;
  readonly reference?: string;
  readonly origin?: Uint8Array;
  readonly received?: bigint;
  readonly sent?: bigint;
}

/** The response to a request by a server whose clock shows `time`. */
export function answerTo(request: Uint8Array, time: Instant, said: Said = {}): Buffer {
  const bytes = Buffer.alloc(48);
  bytes[0] = ((said.leap ?? 0) << 6) | ((said.version ?? 4) << 3) | (said.mode ?? 4);
  bytes[1] = said.stratum ?? 2;
  bytes.writeInt8(said.precision ?? -20, 3);
  bytes.writeUInt32BE(Math.round((said.rootDelay ?? 0) * 2 ** 16), 4);
  bytes.writeUInt32BE(Math.round((said.rootDispersion ?? 0) * 2 ** 16), 8);
  bytes.write(said.reference ?? '', 12, 'latin1');
  bytes.set(said.origin ?? request.subarray(40, 48), 24);
  bytes.writeBigUInt64BE(said.received ?? toNtpTime(time), 32);
  bytes.writeBigUInt64BE(said.sent ?? toNtpTime(time), 40);
  return bytes;
}

type Behave = (request: Buffer, count: number, from: RemoteInfo) => Uint8Array | undefined;

/** An NTP server on loopback whose every response the test controls. `undefined`: no answer. */
export class FakeServer {
  readonly port: number;
  readonly requests: Buffer[] = [];
  behave: Behave = () => undefined;
  readonly #socket: Socket;
  #awaited: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on('message', (request, from) => {
      this.requests.push(request);
      const answer = this.behave(request, this.requests.length, from);
      if (answer) socket.send(answer, from.port, from.address);
      this.#awaited?.();
    });
  }

  static async open(address = '127.0.0.1'): Promise<FakeServer> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, address, resolve);
    });
    return new FakeServer(socket);
  }

  /** Resolves when the next request has been handled. */
  asked(): Promise<void> {
    return new Promise((resolve) => (this.#awaited = resolve));
  }

  send(bytes: Uint8Array, { port, address }: RemoteInfo): void {
    this.#socket.send(bytes, port, address);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }
}

const PAUSE_IN_BURST = 2_000;

/** A fake clock on which the pauses between the requests of one measurement end immediately. */
export class RestlessClock extends FakeClock {
  override after(delay: Duration, wake: () => void): Cancel {
    if (delay !== PAUSE_IN_BURST) return super.after(delay, wake);
    const immediate = setImmediate(wake);
    return () => clearImmediate(immediate);
  }
}

/** A fake clock that reports when a pause between two requests has begun. It lasts until the test ends. */
export class PausingClock extends FakeClock {
  #begin: () => void = () => undefined;
  readonly begun = new Promise<void>((resolve) => (this.#begin = resolve));

  override after(delay: Duration, wake: () => void): Cancel {
    if (delay === PAUSE_IN_BURST) this.#begin();
    return super.after(delay, wake);
  }
}
