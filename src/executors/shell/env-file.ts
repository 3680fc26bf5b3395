import { readFile } from 'node:fs/promises';
import { EnvFileError, parseEnvFile } from '../../domain/env-file.js';

/**
 * Reads a file of `NAME=value` lines.
 * @throws EnvFileError it cannot be read, or a line says nothing.
 */
export async function readEnvFile(file: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new EnvFileError(`the env_file cannot be read: ${(error as Error).message}`);
  }
  return parseEnvFile(text, file);
}
