/**
 * File systems that other machines, or a host outside this container, may change. Locks and shared memory do not work
 * across them.
 */
const NETWORK =
  /^(nfs\d*|cifs|smb\w*|ncpfs|afs|coda|ceph|lustre|gpfs|glusterfs|beegfs\w*|orangefs|pvfs2|ocfs2|gfs2|davfs|9p|virtiofs|vboxsf|vmhgfs|prl_fs|drvfs|fuse(\..+)?)$/;
/** FUSE file systems that are local disks. */
const LOCAL: ReadonlySet<string> = new Set(['fuse.fuse-overlayfs', 'fuse.mergerfs', 'fuse.ntfs-3g', 'fuse.exfat']);

/** At most this many links are followed, as in the kernel. */
const MOST_LINKS = 40;

/** A mount of another machine's files. */
export interface NetworkMount {
  /** The kernel's name for it: `nfs4`, `fuse.sshfs`. */
  readonly type: string;
  /** The mount point. */
  readonly at: string;
}

/**
 * Returns the network file system that holds `path` (absolute), from the text of `/proc/self/mountinfo`. `linkAt`
 * follows links: it returns the target of a link. It is never called for a path on a network file system, because that
 * may hang.
 */
export function networkMountOf(
  path: string,
  mountinfo: string,
  linkAt: (path: string) => string | undefined = () => undefined,
): NetworkMount | undefined {
  const mounts = mountinfo.split('\n').flatMap(readMount);
  if (!mounts.some(isNetwork)) return undefined;
  let reached = '';
  let links = 0;
  for (let rest = namesIn(path); rest.length > 0;) {
    const next = `${reached}/${rest.shift() ?? ''}`;
    const target = links < MOST_LINKS && mountAt(next, mounts) === undefined ? linkAt(next) : undefined;
    if (target === undefined) {
      reached = next;
    } else {
      links++;
      rest = [...namesIn(target.startsWith('/') ? target : `${reached}/${target}`), ...rest];
      reached = '';
    }
  }
  return mountAt(reached, mounts);
}

function mountAt(path: string, mounts: readonly NetworkMount[]): NetworkMount | undefined {
  let found: NetworkMount | undefined;
  for (const mount of mounts) {
    // A later mount covers an earlier one.
    if (isWithin(path, mount.at) && mount.at.length >= (found?.at.length ?? 0)) found = mount;
  }
  return found !== undefined && isNetwork(found) ? found : undefined;
}

const isNetwork = ({ type }: NetworkMount): boolean => NETWORK.test(type) && !LOCAL.has(type);

/** Returns the names of a path, without `.` and `..`. */
function namesIn(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}

/** Reads a line such as `36 35 98:0 /root /at rw,noatime shared:1 - type source options`; see proc_pid_mountinfo(5). */
function readMount(line: string): readonly NetworkMount[] {
  const [before = '', after = ''] = line.split(' - ');
  const [at, type] = [before.split(' ')[4], after.split(' ')[0]];
  return at === undefined || type === undefined ? [] : [{ at: unescape(at), type }];
}

const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

/** Returns the warning about a state on a network mount. */
export const networkState = ({ type, at }: NetworkMount) => ({
  message: `${at} is a network or shared file system (${type}), where locks may fail and damage the state`,
  hint: 'Put the state on a local disk',
});
