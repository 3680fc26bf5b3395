import { constants as os } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import type { Exit } from '../../domain/outcome.js';
import { allVariables, type VariableMap, type CommandVariables } from './environment.js';
import type { ProcessEnd, Start } from './launcher.js';

/**
 * The protocol between timers and timers-forker, as described in native/forker.c. All numbers have 32 bits, in the byte
 * order of the machine.
 */
export const PROTOCOL_VERSION = 4;
/** The length of a reply, in bytes. */
export const REPLY_LENGTH = 32;
const LARGEST_REQUEST = 16 * 1024 * 1024;
const START_HEAD = 13;
/** The unit of `until`, in ms. */
const TENTH = 100;

const [START, CLOSE, SEEN, SIGNAL, PING] = [1, 2, 3, 4, 5];
const [AS_USER, KEEP] = [1, 2];
const [TO_OWN, TO_PIPE, TO_STDOUT] = [1, 2, 3];
const OUTPUTS = { inherit: [TO_OWN, TO_OWN], apart: [TO_PIPE, TO_PIPE], together: [TO_PIPE, TO_STDOUT] } as const;

/** The constants of 64-bit FNV-1a, and its smallest result as a mark. */
const [OFFSET, PRIME, LEAST_MARK] = [14695981039346656037n, 1099511628211n, 1n << 62n];

/** Returns the mark of all processes of a run, in decimal; see native/forker.c. */
export function runMarkOf(runId: string): string {
  let hash = OFFSET;
  for (const byte of Buffer.from(runId)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return String((hash >> 2n) | LEAST_MARK);
}

/** A reply of the forker: its numbers, named as in forker.c. */
export interface ForkerReply {
  readonly kind: 'hello' | 'started' | 'failed' | 'ended' | 'unknown';
  readonly id: number;
  readonly pid: number;
  readonly facts: Int32Array;
}

const KINDS = ['unknown', 'hello', 'started', 'failed', 'ended'] as const;

/** Decodes a reply of {@link REPLY_LENGTH} bytes. */
export function decodeReply(bytes: Buffer): ForkerReply {
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(bytes);
  const numbers = new Int32Array(buffer, byteOffset, REPLY_LENGTH / 4);
  return {
    kind: KINDS[numbers[0] ?? 0] ?? 'unknown',
    id: numbers[1] ?? 0,
    pid: numbers[2] ?? 0,
    facts: numbers.subarray(3),
  };
}

/**
 * Encodes a request to start a command.
 * @throws Error with code E2BIG if the forker would reject it.
 */
export function encodeStart(id: number, start: Start, keep: boolean): Buffer {
  const { program, args, cwd, identity, output, grace, until = 0 } = start;
  const { shared, own } = apart(start.env);
  const common = encodedOf(shared);
  const variables = textOf(own);
  const texts = `${[cwd, program, ...args].join('\0')}\0${variables.text}`;
  const { uid = 0, gid = 0, groups = [] } = identity ?? {};
  const flags = (identity ? AS_USER : 0) | (keep ? KEEP : 0);
  const [toStdout, toStderr] = OUTPUTS[output];
  const begin = (START_HEAD + groups.length) * 4;
  const end = begin + Buffer.byteLength(texts);
  const length = (end + common.bytes.length + 3) & ~3;
  if (length > LARGEST_REQUEST) throw systemError(os.errno.E2BIG, program);
  const request = Buffer.alloc(length);
  const numbers = new Uint32Array(request.buffer, request.byteOffset, begin / 4);
  numbers.set([length, START, id, flags, uid, gid, groups.length, args.length + 1, variables.count + common.count]);
  numbers.set([Math.min(grace, 0x7fffffff), toStdout, toStderr, Math.floor(until / TENTH)], 9);
  numbers.set(groups, START_HEAD);
  request.write(texts, begin);
  common.bytes.copy(request, end);
  return request;
}

/** Returns whether a string of the request contains a NUL, which would end it early. */
export const hasNul = ({ program, args, cwd, env: { shared, own } }: Start): boolean =>
  program.includes('\0') ||
  cwd.includes('\0') ||
  args.some((word) => word.includes('\0')) ||
  encodedOf(shared).hasNul ||
  hasNulIn(own);

const hasNulIn = (variables: VariableMap): boolean => Object.values(variables).some((value) => value?.includes('\0'));

/** A cache of encoded variables, because many commands share them. */
const encoded = new WeakMap<VariableMap, EncodedMap>();

interface EncodedMap {
  readonly count: number;
  readonly bytes: Buffer;
  readonly hasNul: boolean;
}

function encodedOf(variables: VariableMap): EncodedMap {
  const known = encoded.get(variables);
  if (known !== undefined) return known;
  const { text, count } = textOf(variables);
  const made = { count, bytes: Buffer.from(text), hasNul: hasNulIn(variables) };
  encoded.set(variables, made);
  return made;
}

/** Leaves each name only once, because the environment of a process must not have two values for a name. */
function apart(variables: CommandVariables): CommandVariables {
  const { shared, own } = variables;
  for (const name in own) if (name in shared) return { shared: NOTHING, own: allVariables(variables) };
  return variables;
}

const NOTHING: VariableMap = {};

function textOf(variables: VariableMap): { readonly text: string; readonly count: number } {
  let [text, count] = ['', 0];
  for (const name in variables) {
    const value = variables[name];
    if (value === undefined) continue;
    text += `${name}=${value}\0`;
    count++;
  }
  return { text, count };
}

export const encodeClose = (id: number): Buffer => encode([12, CLOSE, id]);
export const encodeSeen = (id: number): Buffer => encode([12, SEEN, id]);
export const encodePing = (): Buffer => encode([12, PING, 0]);
export const encodeSignal = (id: number, signal: NodeJS.Signals): Buffer =>
  encode([16, SIGNAL, id, os.signals[signal]]);

const encode = (numbers: readonly number[]): Buffer => Buffer.from(Uint32Array.from(numbers).buffer);

/** Creates an error like the one that Node reports when a program cannot be started. */
export function systemError(errno: number, program: string): NodeJS.ErrnoException {
  const code = getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`;
  return Object.assign(new Error(`spawn ${program} ${code}`), { code, errno: -errno });
}

/** The names of signals by number. If a signal has several names, the first counts: SIGABRT before SIGIOT. */
const SIGNAL_NAMES = new Map<number, string>();
for (const [name, number] of Object.entries(os.signals)) if (!SIGNAL_NAMES.has(number)) SIGNAL_NAMES.set(number, name);

/** Converts the numbers of an exit; `signal` is 0 for none. */
export const exitOfNumbers = (code: number, signal: number): Exit =>
  signal === 0 ? { kind: 'exited', code } : { kind: 'signaled', signal: SIGNAL_NAMES.get(signal) ?? `SIG${signal}` };

/** Returns how a process ended, according to an `ended` reply. */
export function endOf([code = 0, signal = 0, low = 0, high = 0, kilobytes = 0]: Int32Array): ProcessEnd {
  const exit = exitOfNumbers(code, signal);
  const microseconds = high * 2 ** 32 + (low >>> 0);
  return { exit, usage: { cpuMs: microseconds / 1_000, maxRssBytes: kilobytes * 1_024 } };
}
