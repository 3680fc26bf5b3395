import { createHash } from 'node:crypto';
import type { Route } from './server.js';

/** A file of the page as served. */
export interface StaticFile {
  readonly path: string;
  readonly type: string;
  readonly content: Buffer;
}

/**
 * Allows only the page's own files and its own server. Even if the page had a vulnerability, text that looks like a
 * script would stay text.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Creates the routes that serve files from memory, to everyone: they contain no data. */
export const staticRoutes = (files: readonly StaticFile[]): readonly Route[] =>
  files.map(({ path, type, content }) => {
    const tag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    return {
      method: 'GET',
      path,
      access: 'probe',
      handle({ raw }, response) {
        response.setHeader('Content-Security-Policy', POLICY);
        response.setHeader('Cache-Control', 'no-cache');
        response.setHeader('ETag', tag);
        const isKnown = raw.headers['if-none-match'] === tag;
        response.writeHead(isKnown ? 304 : 200, { 'Content-Type': type });
        response.end(isKnown ? undefined : content);
      },
    };
  });
