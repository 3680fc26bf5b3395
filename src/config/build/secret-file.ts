import { readFileSync, statSync } from 'node:fs';
import { systemReason } from '../../system/system-reason.js';
import type { Paths } from './check-paths.js';
import type { MapReport, Warning, Words } from './map-report.js';

/** A file whose whole text is one secret. */
interface SecretFile {
  /** Absolute. */
  readonly path: string;
  /** The key of the timer file whose map names the file, and the key in that map. */
  readonly key: string;
  readonly item: string;
  /** What the file contains: `token`. */
  readonly what: string;
  readonly codes: { readonly none: Words['code']; readonly open: Warning['code'] };
  /** How to create the file. */
  readonly hint: string;
  /** Why a secret that can be read is not accepted. */
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

/** The trimmed text. @throws the system's error */
export const readSecret = (path: string): string => readFileSync(path, 'utf8').trim();

/** Judged by its mode, regardless of its owner. */
const isOpenToOthers = (path: string): boolean =>
  ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
