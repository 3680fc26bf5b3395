/** File systems that other machines, or a host beside this container, may change, and where locks and shared memory do not reach them. */
const NETWORK =
  /^(nfs\d*|cifs|smb\w*|ncpfs|afs|coda|ceph|lustre|gpfs|glusterfs|beegfs\w*|orangefs|pvfs2|ocfs2|gfs2|davfs|9p|virtiofs|vboxsf|vmhgfs|prl_fs|drvfs|fuse(\..+)?)$/;
/** What runs on FUSE and is a local disk. */
const LOCAL: ReadonlySet<string> = new Set(['fuse.fuse-overlayfs', 'fuse.mergerfs', 'fuse.ntfs-3g', 'fuse.exfat']);

/** A mount of another machine's files. */
export interface NetworkMount {
  /** As the kernel calls it: `nfs4`, `fuse.sshfs`. */
  readonly type: string;
  /** Where it is mounted. */
  readonly at: string;
}

/** The network file system that holds `path` (absolute, links followed), by the text of `/proc/self/mountinfo`. */
export function networkMountOf(path: string, mountinfo: string): NetworkMount | undefined {
  let found: NetworkMount | undefined;
  for (const mount of mountinfo.split('\n').flatMap(readMount)) {
    // A later mount covers an earlier one.
    if (isWithin(path, mount.at) && mount.at.length >= (found?.at.length ?? 0)) found = mount;
  }
  return found !== undefined && NETWORK.test(found.type) && !LOCAL.has(found.type) ? found : undefined;
}

/** `36 35 98:0 /root /at rw,noatime shared:1 - type source options`; see proc_pid_mountinfo(5). */
function readMount(line: string): readonly NetworkMount[] {
  const [before = '', after = ''] = line.split(' - ');
  const [at, type] = [before.split(' ')[4], after.split(' ')[0]];
  return at === undefined || type === undefined ? [] : [{ at: unescape(at), type }];
}

const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);

/** What to say of a state there. */
export const networkState = ({ type, at }: NetworkMount) => ({
  message: `${at} is a network or shared file system (${type}), where locks may fail and a state may get damaged`,
  hint: 'Put the state on a local disk',
});
