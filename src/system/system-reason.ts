import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** What error codes of the system mean, as clauses without the name of the file or host. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'its file system is read-only',
  ELOOP: 'its symbolic links lead back to themselves',
  ENAMETOOLONG: 'its path is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it has reached the limit on file sizes (see ulimit -f)',
  EIO: 'the disk or device failed',
  ENXIO: 'nothing reads from it, or its device is missing',
  ENODEV: 'its device is missing',
  EBADF: 'it is closed',
  EBUSY: 'another program is using it',
  ETXTBSY: 'another program is using it',
  EPIPE: 'its reader has exited',
  ESTALE: 'its network file system has lost it',
  EMFILE: 'this process has too many files open (see ulimit -n)',
  ENFILE: 'the system has too many files open',
  ENOMEM: 'the system is out of memory',
  EAGAIN: 'the system is short of processes or memory',
  ECONNREFUSED: 'nothing is listening there',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'the name server does not respond',
  ECONNRESET: 'it closed the connection',
  ECONNABORTED: 'it closed the connection',
  ETIMEDOUT: 'it does not respond',
  EHOSTUNREACH: 'it cannot be reached',
  EHOSTDOWN: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
  ENETDOWN: 'the network is down',
  EADDRINUSE: 'another program uses that address',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EAFNOSUPPORT: 'this machine does not support that kind of address',
};

/**
 * Returns why the system rejected something, as a clause: "permission is denied". For codes that are not listed,
 * returns the system's words; for other errors, their own message.
 */
export function systemReason(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  const words = REASONS[errno === -constants.errno.EDQUOT ? 'EDQUOT' : (code ?? '')];
  if (words !== undefined) return words;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return known === undefined ? message : `the system reports: ${known}`;
}
