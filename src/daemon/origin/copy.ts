import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SECOND, type Instant } from '../../domain/time.js';
import { systemReason } from '../../system/system-reason.js';

/** One version of the timer file, as sent by its server. */
export interface Version {
  readonly bytes: Buffer;
  /** The ETag, as the server wrote it. Absent if the server sends none. */
  readonly etag?: string;
  /** The Ed25519 signature, 64 bytes. Absent if no signature is required. */
  readonly signature?: Buffer;
}

/** The copy on disk. */
export interface KeptVersion extends Version {
  /** When the server last confirmed that this is its current file. */
  readonly confirmedAt: Instant;
}

/** The result of reading the copy. */
export type CopyRead =
  | { readonly kind: 'kept'; readonly kept: KeptVersion }
  | { readonly kind: 'none' }
  /** A copy exists but cannot be used. `reason`: a clause. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** What is stored next to the text. */
interface Facts {
  readonly url: string;
  readonly etag?: string;
  /** The signature, in Base64. */
  readonly signature?: string;
}

/** The length of a digest in hexadecimal digits: enough for the versions of one file. */
const DIGEST = 16;

/** Returns the digest of a text, which differs between versions of a file. */
export const digestOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, DIGEST);

/**
 * The last good copy of a timer file from a URL. Only the user who runs the scheduler can read it. The text is in one
 * file. Its ETag and signature are in a second file, whose name contains the digest of the text. So a crash between the
 * two writes leaves a matching pair.
 */
export class OriginCopy {
  /** The absolute path of the text. */
  readonly path: string;
  readonly #url: string;

  constructor(path: string, url: string) {
    this.path = path;
    this.#url = url;
  }

  /** Never rejects. */
  async read(): Promise<CopyRead> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.path);
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      return isMissing ? { kind: 'none' } : { kind: 'unusable', reason: systemReason(error) };
    }
    try {
      const beside = this.#beside(bytes);
      const { url, etag, signature } = JSON.parse(await readFile(beside, 'utf8')) as Facts;
      if (url !== this.#url) return { kind: 'unusable', reason: 'it is a copy of another URL' };
      const kept = {
        bytes,
        confirmedAt: Math.round((await stat(beside)).mtimeMs),
        ...(etag !== undefined && { etag }),
        ...(signature !== undefined && { signature: Buffer.from(signature, 'base64') }),
      };
      return { kind: 'kept', kept };
    } catch {
      // The text does not match its facts.
      return { kind: 'unusable', reason: 'it is damaged or has been changed' };
    }
  }

  /**
   * Replaces the whole copy, or nothing. When it resolves, the new copy is on the disk. @throws the file system's
   * errors.
   */
  async keep({ bytes, etag, signature }: Version, at: Instant): Promise<void> {
    const folder = dirname(this.path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const facts: Facts = {
      url: this.#url,
      ...(etag !== undefined && { etag }),
      ...(signature && { signature: signature.toString('base64') }),
    };
    const beside = this.#beside(bytes);
    try {
      await replace(beside, Buffer.from(JSON.stringify(facts)));
      await utimes(beside, at / SECOND, at / SECOND);
      await replace(this.path, bytes);
      await syncFolder(folder);
    } finally {
      // Even after a failure, because a full disk needs the space.
      await this.#tidy();
    }
  }

  /** Notes that the server has confirmed this version. @throws the file system's errors. */
  async confirm(bytes: Uint8Array, at: Instant): Promise<void> {
    await utimes(this.#beside(bytes), at / SECOND, at / SECOND);
  }

  #beside(bytes: Uint8Array): string {
    return `${this.path}.${digestOf(bytes)}.json`;
  }

  /** Removes the files of earlier versions. Never rejects. */
  async #tidy(): Promise<void> {
    try {
      const folder = dirname(this.path);
      const beside = basename(this.#beside(await readFile(this.path).catch(() => Buffer.alloc(0))));
      const isOld = (name: string) => name.startsWith(`${basename(this.path)}.`) && name !== beside;
      for (const name of (await readdir(folder)).filter(isOld)) await rm(join(folder, name), { force: true });
    } catch {
      // Leftover files do no harm, and the next version tries again.
    }
  }
}

async function replace(path: string, bytes: Buffer): Promise<void> {
  const written = `${path}.new`;
  await rm(written, { force: true });
  // Fails if the path exists, so that it never writes through a link of another user.
  const file = await open(written, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(written, path);
}

/** Writes a folder to the disk. A rename survives a power cut only if its folder was written. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
