/** A descriptor of this process: standard output or standard error. */
export type StandardStream = 1 | 2;

const STREAMS = /^\/(?:dev\/(?:std(?:(?<out>out)|err)|fd\/(?<fd>[12]))|proc\/self\/fd\/(?<proc>[12]))$/;

/** Returns the standard stream of this process that a path names, such as `/dev/stdout`. */
export function standardStreamAt(path: string): StandardStream | undefined {
  const groups = STREAMS.exec(path)?.groups;
  if (groups === undefined) return undefined;
  return groups['out'] !== undefined || (groups['fd'] ?? groups['proc']) === '1' ? 1 : 2;
}

/** Returns whether an absolute path belongs to the system itself: a device, or a view of a process. */
export const isSystemPath = (path: string): boolean => /^\/(dev(?!\/shm\/)|proc)\//.test(path);
