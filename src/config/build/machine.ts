import type { StatePlace } from '../../domain/state-place.js';
import type { NetworkMount } from '../../system/network-mount.js';
import type { Instant } from '../../domain/time.js';
import type { Accounts } from '../text/accounts.js';

/** What the meaning of a timer file depends on besides its text. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** IANA name. */
  readonly timezone: string;
  /** The value of `TZ`, if it is not the name of a zone. In that case `timezone` is UTC. */
  readonly unknownZone?: string | undefined;
  readonly hostname: string;
  /** The user of this process; `undefined` on systems without user ids. */
  readonly uid: number | undefined;
  /** Returns the network file system that holds an absolute path. Absent if the mounts are unknown. */
  readonly networkMount?: ((path: string) => NetworkMount | undefined) | undefined;
  /** Users and groups, read once for several files. Absent if each file reads them. */
  readonly accounts?: Accounts | undefined;
  /** The state in use, whatever the file says: the one from the command line, or from a running scheduler. */
  readonly state?: StatePlace | undefined;
  /** When the scheduler starts: `in` counts from it, and earlier instants are past. */
  readonly start: Instant;
  /** Uniform in [0, 1); for the pauses between attempts. */
  readonly random: () => number;
}
