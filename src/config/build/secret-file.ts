import { readFileSync, statSync } from 'node:fs';
import { systemReason } from '../../system/system-reason.js';
import type { Paths } from './check-paths.js';
import type { MapReport, Warning, Words } from './map-report.js';

/** A file whose whole text is one secret. */
interface SecretFile {
  /** Absolute. */
  readonly path: string;
  /** The key of the timer file whose map names the file, such as `http`. */
  readonly key: string;
  /** The key in that map, such as `token_file`. */
  readonly item: string;
  /** What the file contains: `token`. */
  readonly what: string;
  readonly codes: { readonly none: Words['code']; readonly open: Warning['code'] };
  /** How to create the file. */
  readonly hint: string;
  /** Returns why a secret that can be read is not accepted. */
  readonly faultOf?: (secret: string) => Pick<Words, 'code' | 'message'> | undefined;
}

/** Reports a file that is missing, unreadable or empty, and one that other users can read or change. */
export function checkSecretFile(file: SecretFile, report: MapReport, paths: Paths): void {
  const { path, key, item, what, codes, hint } = file;
  const fault = faultIn(file);
  if (fault !== undefined) {
    report.error(key, { ...fault, hint }, { item });
    return;
  }
  if (paths.tellDistrust({ key, path, part: { item } }, report) || !isOpenToOthers(path)) return;
  const message = `${key}: other users on this machine can read or change the ${what} file ${path}.`;
  report.warn(key, { code: codes.open, message, hint: `Restrict access: chmod 600 ${path}` }, { item });
}

function faultIn({ path, key, what, codes, faultOf }: SecretFile): Pick<Words, 'code' | 'message'> | undefined {
  try {
    const secret = readSecret(path);
    if (secret !== '') return faultOf?.(secret);
    return { code: codes.none, message: `${key}: the ${what} file ${path} is empty.` };
  } catch (error) {
    return { code: codes.none, message: `${key}: the ${what} file ${path} cannot be read: ${systemReason(error)}.` };
  }
}

/** Returns the trimmed text of a file. @throws the error of the system */
export const readSecret = (path: string): string => readFileSync(path, 'utf8').trim();

/** Whether the mode of a file gives permissions to its group or to other users. Ignores who owns the file. */
const isOpenToOthers = (path: string): boolean =>
  ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
