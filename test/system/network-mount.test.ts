import { expect, test } from 'vitest';
import { networkMountOf } from '../../src/system/network-mount.js';

const MOUNTS = `22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw
30 22 0:26 / /home rw - nfs4 server:/home rw,vers=4.2
31 22 0:27 / /home/ada/local rw master:1 - xfs /dev/sdb rw
32 22 0:28 / /mnt/my\\040share rw - cifs //server/share rw
33 22 0:29 / /data rw - fuse.sshfs host:/ rw
34 22 0:30 / /data rw - tmpfs tmpfs rw
35 22 0:31 / /over rw - fuse.fuse-overlayfs overlay rw
36 22 0:32 / /workspaces rw - virtiofs host rw
37 22 0:33 / /win rw - fuseblk /dev/sdc1 rw
`;

test.each<[string, string | undefined, string?]>([
  ['/var/lib/timers.db', undefined],
  ['/home', 'nfs4', '/home'],
  ['/home/ada/.local/state/timers/a.db', 'nfs4', '/home'],
  ['/homework/a.db', undefined],
  ['/home/ada/local/a.db', undefined],
  ['/mnt/my share/a.db', 'cifs', '/mnt/my share'],
  ['/data/a.db', undefined],
  ['/over/a.db', undefined],
  ['/workspaces/x/a.db', 'virtiofs', '/workspaces'],
  ['/win/a.db', undefined],
])('%s is on %s', (path, type, at) => {
  expect(networkMountOf(path, MOUNTS)).toEqual(type === undefined ? undefined : { type, at });
});

test.each('nfs nfs4 cifs smb3 9p ceph fuse fuse.sshfs fuse.s3fs fuse.grpcfuse vboxsf virtiofs lustre'.split(' '))(
  '%s is a network file system',
  (type) => {
    expect(networkMountOf('/a', `1 0 0:1 / / rw - ${type} x rw`)).toEqual({ type, at: '/' });
  },
);

test.each('ext4 xfs btrfs overlay tmpfs zfs fuseblk apfs'.split(' '))('%s is not a network file system', (type) => {
  expect(networkMountOf('/a', `1 0 0:1 / / rw - ${type} x rw`)).toBeUndefined();
});

test('invalid mountinfo yields no result', () => {
  expect(networkMountOf('/a', '')).toBeUndefined();
  expect(networkMountOf('/a', 'x\n\n1 2 - 3')).toBeUndefined();
});

test.each<[string, string | undefined]>([
  ['/var/log', '/home'],
  ['/var/log/ada/x.log', '/home'],
  ['/var/file.log', '/home'],
  ['/var/up/x.log', '/home'],
  ['/var/loop/x.log', undefined],
  ['/home/ada/link', '/home'],
])('%s resolves to %s without accessing a path that may hang', (path, at) => {
  const links: Readonly<Record<string, string>> = {
    '/var/log': '/home/logs',
    '/var/file.log': 'log/x.log',
    '/var/up': '../home/./ada',
    '/var/loop': 'loop',
  };
  const asked: string[] = [];
  const linkAt = (name: string) => {
    asked.push(name);
    return links[name];
  };
  expect(networkMountOf(path, MOUNTS, linkAt)?.at).toBe(at);
  expect(asked.filter((name) => name.startsWith('/home'))).toEqual([]);
});
