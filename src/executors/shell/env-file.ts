import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Clock } from '../../domain/clock.js';
import type { Command } from '../../domain/command.js';
import { EnvFileError, LARGEST_ENV_FILE, parseEnvFile } from '../../text/env-file.js';
import { readAs } from './as-user.js';
import { otherUser } from './environment.js';
import type { FileLanes } from './file-lanes.js';
import { systemReason } from '../../system/system-reason.js';

export interface EnvFileContext {
  readonly clock: Clock;
  readonly lanes: FileLanes;
  /** Returns why root must not read a file, based on the opened file. */
  readonly distrust?: ((path: string, stats: Stats) => string | undefined) | undefined;
}

/**
 * Reads the command's file of `NAME=value` lines, with the permissions of the user that the command runs as.
 * @throws EnvFileError if it cannot be read, is not trusted, or has a malformed line.
 */
export async function readEnvFile(
  file: string,
  command: Pick<Command, 'user'>,
  context: EnvFileContext,
): Promise<Record<string, string>> {
  const user = otherUser(command);
  let text: string;
  try {
    text = await (user
      ? readAs(user, file, context.clock)
      : context.lanes.laneOf(file).run('reading it', () => readOwn(file, context)));
  } catch (error) {
    throw new EnvFileError(`the env_file ${file} cannot be read: ${systemReason(error)}`);
  }
  return parseEnvFile(text, file);
}

async function readOwn(file: string, { distrust }: EnvFileContext): Promise<string> {
  // Without O_NONBLOCK, opening a named pipe waits for its writer.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('it is not a regular file');
    if (stats.size > LARGEST_ENV_FILE) throw new Error('it is larger than 16 MiB');
    const reason = process.getuid?.() === 0 ? distrust?.(file, stats) : undefined;
    if (reason !== undefined) throw new Error(reason);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
