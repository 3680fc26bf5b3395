import { afterEach, expect, test } from 'vitest';
import { staticRoutes } from '../../src/http/static-files.js';
import { Listening } from './ask.js';

let listening: Listening | undefined;
afterEach(() => listening?.stop());

const FILES = [{ path: '/', type: 'text/html; charset=utf-8', content: Buffer.from('<!doctype html>') }];

test('a file is served to anyone with a strict content security policy, and only if it has changed', async () => {
  listening = await new Listening(staticRoutes(FILES), { host: '0.0.0.0', token: 'secret' }).ready();
  const first = await listening.ask('/');
  expect([first.status, first.headers['content-type'], first.text]).toEqual([
    200,
    'text/html; charset=utf-8',
    '<!doctype html>',
  ]);
  const policy = first.headers['content-security-policy'];
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  const again = await listening.ask('/', { headers: { 'If-None-Match': first.headers.etag } });
  expect([again.status, again.text]).toEqual([304, '']);
});
