import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as sent to a collector. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 3 client. */
  readonly kind: number;
  /** Nanoseconds since the Unix epoch. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** 0 unset, 2 error. */
  readonly status: { readonly code: number; readonly message: string };
  readonly resource: Readonly<Record<string, string | number>>;
}

/** What a collector does with a request instead of accepting its spans. */
export type Mood = 'takes' | 'hangs' | { readonly status: number };

/** A collector of traces: OTLP over HTTP in protobuf, on a port of its own. */
export class Collector {
  readonly spans: ReceivedSpan[] = [];
  readonly requests: IncomingMessage[] = [];
  mood: Mood = 'takes';
  readonly #server: Server;
  readonly #listeners = new Set<() => void>();

  private constructor() {
    const answer: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.requests.push(request);
        if (this.mood === 'takes') this.spans.push(...readSpans(Buffer.concat(chunks)));
        if (this.mood !== 'hangs') response.writeHead(this.mood === 'takes' ? 200 : this.mood.status).end();
        for (const listener of this.#listeners) listener();
        this.#listeners.clear();
      });
    };
    this.#server = createServer(answer);
  }

  /** Port 0 picks any free port. */
  static async open(port = 0): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.#server.listen(port, '127.0.0.1', resolve));
    return collector;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves at the next request, whatever its result. */
  asked(): Promise<void> {
    return new Promise((resolve) => this.#listeners.add(resolve));
  }

  span(name: string): ReceivedSpan {
    const found = this.spans.filter((span) => span.name === name);
    if (found.length !== 1) throw new Error(`${found.length} spans are called ${name}`);
    return found[0]!;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The fields of one protobuf message by number: numbers of either width, and bytes. */
type Fields = Map<number, (bigint | Buffer)[]>;

const NONE: Fields = new Map();

function fieldsOf(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes.readUInt8(at++));
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  };
  const value = (wire: bigint): bigint | Buffer => {
    if (wire === 0n) return varint();
    const length = wire === 1n ? 8 : wire === 5n ? 4 : Number(varint());
    const part = bytes.subarray(at, (at += length));
    if (wire === 2n) return part;
    return wire === 1n ? part.readBigUInt64LE() : BigInt(part.readUInt32LE());
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Number(key >> 3n);
    fields.set(number, [...(fields.get(number) ?? []), value(key & 7n)]);
  }
  return fields;
}

const messages = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((bytes) => fieldsOf(bytes as Buffer));
const bytesOf = (fields: Fields, number: number): Buffer => (fields.get(number)?.[0] ?? Buffer.alloc(0)) as Buffer;
const textOf = (fields: Fields, number: number): string => bytesOf(fields, number).toString();
const numberOf = (fields: Fields, number: number): bigint => (fields.get(number)?.[0] ?? 0n) as bigint;

/** opentelemetry/proto/trace/v1/trace.proto. */
const readSpans = (request: Buffer): ReceivedSpan[] =>
  messages(fieldsOf(request), 1).flatMap((ofResource) => {
    const resource = attributesOf(messages(ofResource, 1)[0] ?? NONE, 1);
    const spans = messages(ofResource, 2).flatMap((ofScope) => messages(ofScope, 2));
    return spans.map((span) => readSpan(span, resource));
  });

function readSpan(span: Fields, resource: ReceivedSpan['resource']): ReceivedSpan {
  const status = messages(span, 15)[0] ?? NONE;
  return {
    traceId: bytesOf(span, 1).toString('hex'),
    spanId: bytesOf(span, 2).toString('hex'),
    parentSpanId: bytesOf(span, 4).toString('hex'),
    name: textOf(span, 5),
    kind: Number(numberOf(span, 6)),
    start: numberOf(span, 7),
    end: numberOf(span, 8),
    attributes: attributesOf(span, 9),
    status: { code: Number(numberOf(status, 3)), message: textOf(status, 2) },
    resource,
  };
}

function attributesOf(fields: Fields, number: number): Record<string, string | number> {
  const pairs = messages(fields, number).map((pair) => {
    const value = messages(pair, 2)[0] ?? NONE;
    return [textOf(pair, 1), value.has(1) ? textOf(value, 1) : Number(numberOf(value, 3))] as const;
  });
  return Object.fromEntries(pairs);
}
