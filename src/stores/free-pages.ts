import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { HEADER_SIZE } from './header.js';

/** Offsets in the header of a database. https://sqlite.org/fileformat2.html#the_database_header */
const CHANGES = 24;
const PAGES = 28;
const FIRST_TRUNK = 32;
const FREE_PAGES = 36;
/** The value of `CHANGES` for which `PAGES` is valid. */
const VALID_FOR = 92;

/** The size of a page number, in bytes. */
const WORD = 4;
/**
 * Returns how many pages a trunk page lists. The page also holds the number of the next trunk and the length of the
 * list. SQLite itself leaves the last six places empty.
 * https://sqlite.org/fileformat2.html#the_freelist
 */
const placesIn = (page: number): number => page / WORD - 8;

/**
 * Adds `count` free pages of `page` bytes each to a new database, in two writes; SQLite would make two writes per page.
 * If the process is killed between the two writes, the database does not contain the pages yet. Only for a file that
 * nobody else uses, outside transactions, and not in WAL mode.
 * @throws the file system's errors.
 */
export function appendFreePages(path: string, count: number, page: number): void {
  const descriptor = openSync(path, 'r+');
  try {
    const header = Buffer.alloc(HEADER_SIZE);
    readSync(descriptor, header, 0, HEADER_SIZE, 0);
    const end = header.readUInt32BE(PAGES);
    writeWhole(descriptor, trunksOf(end + 1, count, page, header.readUInt32BE(FIRST_TRUNK)), end * page);
    const changes = header.readUInt32BE(CHANGES) + 1;
    header.writeUInt32BE(changes, CHANGES);
    header.writeUInt32BE(changes, VALID_FOR);
    header.writeUInt32BE(end + count, PAGES);
    header.writeUInt32BE(end + 1, FIRST_TRUNK);
    header.writeUInt32BE(header.readUInt32BE(FREE_PAGES) + count, FREE_PAGES);
    writeWhole(descriptor, header, 0);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Returns `count` free pages, numbered from `first`: trunks, each followed by the pages it lists. The last trunk points
 * to `next`.
 */
function trunksOf(first: number, count: number, page: number, next: number): Buffer {
  const pages = Buffer.alloc(count * page);
  const step = 1 + placesIn(page);
  for (let at = 0; at < count; at += step) {
    const leaves = Math.min(step, count - at) - 1;
    pages.writeUInt32BE(at + step < count ? first + at + step : next, at * page);
    pages.writeUInt32BE(leaves, at * page + WORD);
    for (let leaf = 1; leaf <= leaves; leaf++) pages.writeUInt32BE(first + at + leaf, at * page + (1 + leaf) * WORD);
  }
  return pages;
}

function writeWhole(descriptor: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done, bytes.length - done, at + done);
}
