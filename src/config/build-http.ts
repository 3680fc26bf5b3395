import { readFileSync } from 'node:fs';
import { isLoopback } from '../domain/loopback.js';
import type { Paths } from './check-paths.js';
import type { MapReport } from './map-report.js';
import type { FileValues } from './schema.js';

/** Where the scheduler is watched over HTTP. */
export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  /** Absolute; its content, without the space around it, is the token. */
  readonly tokenFile?: string;
}

/** Builds what `http` says. Whoever can be reached from elsewhere must ask for a token. */
export function buildHttp(values: NonNullable<FileValues['http']>, report: MapReport, paths: Paths): HttpSettings {
  const { listen, token_file: file } = 'listen' in values ? values : { listen: values, token_file: undefined };
  const tokenFile = file === undefined ? undefined : paths.resolve(file);
  if (tokenFile === undefined && !isLoopback(listen.host)) {
    report.error('http', {
      code: 'needs-token',
      message: `http: ${listen.host} can be reached from other machines, and there is no token.`,
      hint: 'Add token_file: http: {listen: "0.0.0.0:9464", token_file: ./token}, or listen on 127.0.0.1.',
    });
  }
  if (tokenFile !== undefined && readToken(tokenFile) === undefined) {
    const message = `http: the token file ${tokenFile} cannot be read, or is empty.`;
    report.error(
      'http',
      { code: 'no-token', message, hint: 'For example: openssl rand -hex 24 > token' },
      { item: 'token_file' },
    );
  }
  return { ...listen, ...(tokenFile !== undefined && { tokenFile }) };
}

/** The token a file holds; `undefined` when there is none. */
export function readToken(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
