import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import type { Clock } from '../domain/clock.js';
import { BatchingDestination, type Destination, type Writer } from './destination.js';

export interface OpenOptions {
  /** An open file descriptor. */
  readonly fd: number;
  /**
   * The same descriptor as a stream, for descriptors that cannot be written otherwise (sockets). Created only on
   * demand, because Node changes a descriptor when it creates a stream for it.
   */
  readonly stream: () => Writable;
  readonly clock: Clock;
  /** Called once, with a sentence, when the log has ended. */
  readonly onEnded: (reason: string) => void;
  /** Called with a sentence when the log cannot be written for now. */
  readonly onTrouble: (reason: string) => void;
}

/** Opens a descriptor as a destination that never blocks: file, pipe, terminal or socket. Never throws. */
export function openDestination({ fd, stream, ...options }: OpenOptions): Destination {
  return new BatchingDestination({ ...options, writer: writerTo(fd, stream) });
}

function writerTo(fd: number, stream: () => Writable): Writer {
  try {
    const stat = fstatSync(fd);
    if (!stat.isFIFO() && !stat.isSocket() && !isatty(fd)) return toFile(fd);
    return toReopened(fd);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EBADF' ? toNothing(error as Error) : toStream(stream());
  }
}

/** Writes to a file. Node's thread pool waits for the disk. */
function toFile(fd: number): Writer {
  return (bytes, done) => write(fd, bytes, done);
}

/**
 * Writes to a pipe or a terminal. It is opened again, because O_NONBLOCK belongs to the open file, which commands with
 * inherited output and the shell share (proc(5), `/proc/self/fd`). A write then never waits: a full pipe and a terminal
 * stopped with Ctrl-S return EAGAIN.
 * @throws Error if a descriptor cannot be opened again: a socket, another user's terminal, a system without `/proc`.
 */
function toReopened(fd: number): Writer {
  const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  return (bytes, done) => {
    let written: number;
    try {
      written = writeSync(own, bytes);
    } catch (error) {
      done(error as NodeJS.ErrnoException, 0);
      return;
    }
    done(null, written);
  };
}

/** Small pieces, because a stream reports progress only for whole pieces. */
const PIECE = 16 * 1024;

/** Writes to any other descriptor. */
function toStream(stream: Writable): Writer {
  // The callback of the write reports errors.
  stream.on('error', () => undefined);
  return (bytes, done) => {
    const piece = bytes.subarray(0, PIECE);
    stream.write(piece, (error) => done(error, piece.length));
  };
}

function toNothing(error: Error): Writer {
  return (_, done) => done(error, 0);
}
