import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { jobOffset, type TimerFile } from '../../../config/index.js';
import { digestOf, OriginCopy } from '../../../daemon/origin/copy.js';
import { Origin } from '../../../daemon/origin/origin.js';
import { OriginWatch, type WatchContext } from '../../../daemon/origin/watch.js';
import { userId } from '../../../daemon/socket-places.js';
import { exposedCopy } from '../../../daemon/state-trust.js';
import { namedStatePath } from '../../../daemon/state.js';
import { createWebClient } from '../../../delivery/index.js';
import type { Clock } from '../../../domain/clock.js';
import { hasPassword } from '../../../domain/state-place.js';
import { DAY, MINUTE, SECOND, type Duration } from '../../../domain/time.js';
import { createProxies } from '../../../proxies/index.js';
import { defaultStatePath } from '../../../stores/index.js';
import { isLoopback } from '../../../system/loopback.js';
import { systemReason } from '../../../system/system-reason.js';
import { version } from '../../../version.js';
import { readLength } from '../../arguments.js';
import { UsageError } from '../../command.js';
import { loadOrTell, machineFor, renderLoaded } from '../../load.js';
import type { StateOption } from '../../options.js';
import type { Terminal } from '../../terminal.js';

/** The options for a timer file from a server. */
export interface FromOptions extends StateOption {
  readonly from?: string;
  readonly every?: string;
  readonly tokenFile?: string;
  readonly verifyKey?: string;
}

interface Loaded {
  readonly timerFile: TimerFile;
  readonly origin: (context: WatchContext) => OriginWatch;
}

/**
 * Loads a timer file from a server, or its last good copy. Returns `undefined`, and prints the reason, if neither
 * exists.
 * @throws UsageError
 */
export async function loadFrom(
  url: string,
  terminal: Terminal,
  { options, clock }: { readonly options: FromOptions; readonly clock: Clock },
): Promise<Loaded | undefined> {
  checkUrl(url);
  const path = copyPath(url, terminal, options.state);
  const exposed = exposedCopy(path, userId());
  if (exposed !== undefined) {
    terminal.err(`timers: ${exposed}`);
    return undefined;
  }
  const { hostname, state } = machineFor(terminal, { ...options, now: clock.now() });
  const every = readEvery(options.every);
  const origin = new Origin({
    url,
    state,
    every,
    firstPause: jobOffset(every, hostname, url),
    ...(options.tokenFile !== undefined && { tokenFile: resolve(terminal.cwd, options.tokenFile) }),
    ...(options.verifyKey !== undefined && { verifyKey: readKey(resolve(terminal.cwd, options.verifyKey)) }),
    copy: new OriginCopy(path, url),
    client: createWebClient({ clock, version, proxyFor: createProxies({ clock, environment: terminal.env }) }),
    clock,
  });
  const failure = await origin.open();
  if (failure !== undefined) {
    terminal.errPainted(...renderLoaded({ ...failure, path: origin.shown }, terminal, terminal.color.err));
    return undefined;
  }
  const request = { ...options, file: origin.path, now: clock.now() };
  const timerFile = await loadOrTell(terminal, request, { warns: true });
  return timerFile && { timerFile, origin: (context) => new OriginWatch(origin, context) };
}

const NO_PASSWORD_HERE =
  '--from: other users of this machine can read a password on the command line. Put it in a file, and name that ' +
  'file with --token-file: timers start --from https://USER@HOST/timers.yaml --token-file ./password';

/**
 * Rejects a URL without encryption, unless its host is this machine. A timer file runs commands, so nobody must be able
 * to change it in transit.
 */
function checkUrl(url: string): void {
  if (hasPassword(url)) throw new UsageError(NO_PASSWORD_HERE);
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')))) return;
  throw new UsageError('--from takes a URL with https://, or with http:// and a loopback address');
}

function readEvery(written: string | undefined): Duration {
  const every = readLength('--every', written) ?? MINUTE;
  if (every >= SECOND && every <= DAY) return every;
  throw new UsageError(`"${written ?? ''}" is not a valid --every. Use a duration from 1s to 1d.`);
}

const WAY =
  'For example: openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out key.pub';

function readKey(path: string): KeyObject {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--verify-key: ${path} cannot be read: ${systemReason(error)}`);
  }
  const key = text.includes('PRIVATE') ? undefined : publicKeyIn(text);
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new UsageError(`--verify-key: ${path} is not an Ed25519 public key in PEM. ${WAY}`);
}

function publicKeyIn(text: string): KeyObject | undefined {
  try {
    return createPublicKey(text);
  } catch {
    return undefined;
  }
}

/**
 * Returns the path of the copy: next to the named state file, otherwise where state files are stored. The folder
 * belongs to this user only.
 */
function copyPath(url: string, terminal: Terminal, state: string | undefined): string {
  const named = state === undefined ? undefined : namedStatePath(state, terminal.cwd);
  const { host, pathname } = new URL(url);
  const folder =
    named === undefined
      ? join(
          dirname(defaultStatePath('/', terminal.env)),
          `${host.replaceAll(':', '-')}-${digestOf(Buffer.from(url))}.from`,
        )
      : `${named}.from`;
  return join(folder, basename(pathname).endsWith('.json') ? 'timers.json' : 'timers.yaml');
}
