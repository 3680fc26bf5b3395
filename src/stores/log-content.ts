import { readFileSync, statSync } from 'node:fs';

/** The length of the log's header, in bytes. https://sqlite.org/fileformat2.html#the_write_ahead_log */
const HEADER = 32;
const FRAME_HEADER = 24;
/** The length of a header, or a frame's header, up to its checksum. */
const HEADER_SUMMED = 24;
const FRAME_SUMMED = 8;
/** The last bit is the byte order of the checksums. */
const MAGIC = 0x377f0682;
const LARGEST_PAGE = 65_536;

type Sum = readonly [number, number];
const NOTHING: Sum = [0, 0];

/** The content of a write-ahead log. */
export type LogContent =
  /** Empty, or commits, possibly followed by frames that a dead scheduler never committed. */
  | 'whole'
  /** Commits after a damaged place, which SQLite silently skips. */
  | 'damaged'
  /** Not an SQLite log. SQLite silently treats it as empty. */
  | 'noise';

/**
 * Reads the content of a database's log, without changing it. Takes 80 ms for 5 MB, the usual maximum.
 * @throws the file system's errors.
 */
export function logContentOf(file: string): LogContent {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || stats.size === 0) return 'whole';
  const log = readFileSync(file);
  if (log.length < HEADER) return 'noise';
  const isBigEndian = (log.readUInt32BE(0) & 1) === 1;
  const page = log.readUInt32BE(8);
  const sum = sumOf(log.subarray(0, HEADER_SUMMED), NOTHING, isBigEndian);
  const isLog = log.readUInt32BE(0) >>> 1 === MAGIC >>> 1 && page > 0 && page <= LARGEST_PAGE;
  if (!isLog || !isSum(log, HEADER_SUMMED, sum)) return 'noise';
  const frames = framesOf(log, page);
  const good = goodFrames(frames, sum, isBigEndian);
  return frames.slice(good + 1).some(isCommitOf(log)) ? 'damaged' : 'whole';
}

function framesOf(log: Buffer, page: number): readonly Buffer[] {
  const size = FRAME_HEADER + page;
  const count = Math.floor((log.length - HEADER) / size);
  return Array.from({ length: count }, (_, index) => log.subarray(HEADER + index * size, HEADER + (index + 1) * size));
}

/**
 * Returns the number of intact frames at the start of the log. The checksum of each frame continues that of the
 * previous one.
 */
function goodFrames(frames: readonly Buffer[], first: Sum, isBigEndian: boolean): number {
  let sum = first;
  const bad = frames.findIndex((frame) => {
    sum = sumOf(frame.subarray(0, FRAME_SUMMED), sum, isBigEndian);
    sum = sumOf(frame.subarray(FRAME_HEADER), sum, isBigEndian);
    return !isSum(frame, 16, sum);
  });
  return bad === -1 ? frames.length : bad;
}

/**
 * Returns whether a frame ends a commit of this log. Frames left from an earlier use of the file have other salts. The
 * first bad frame may be half written by a scheduler that was killed; such a scheduler wrote nothing after it.
 */
const isCommitOf =
  (log: Buffer) =>
  (frame: Buffer): boolean =>
    frame.readUInt32BE(4) > 0 && frame.compare(log, 16, 24, 8, 16) === 0;

const isSum = (bytes: Buffer, at: number, [one, other]: Sum): boolean =>
  bytes.readUInt32BE(at) === one && bytes.readUInt32BE(at + 4) === other;

/** https://sqlite.org/fileformat2.html#checksum_algorithm */
function sumOf(bytes: Buffer, [first, second]: Sum, isBigEndian: boolean): Sum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let one = first;
  let other = second;
  for (let at = 0; at < bytes.length; at += 8) {
    one = (one + view.getUint32(at, !isBigEndian) + other) >>> 0;
    other = (other + view.getUint32(at + 4, !isBigEndian) + one) >>> 0;
  }
  return [one, other];
}
