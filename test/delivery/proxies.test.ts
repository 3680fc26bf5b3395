import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECOND } from '../../src/domain/time.js';
import { createProxies } from '../../src/proxies/index.js';
import { createWebSender } from '../../src/delivery/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { ProxyPuppet } from '../support/proxy-puppet.js';
import { until } from '../support/web-puppet.js';

/** No name below .invalid exists: a request that arrives went through the proxy. */
const URL_OF_A = 'http://a.invalid/ping?x=1';
let clock: FakeClock;
let proxy: ProxyPuppet;

beforeEach(async () => {
  clock = new FakeClock();
  proxy = await ProxyPuppet.open(1);
});
afterEach(() => proxy.close());

const sender = (environment: Record<string, string>) =>
  createWebSender({ clock, version: '1.2.3', proxyFor: createProxies({ clock, environment }) });
const stop = new AbortController().signal;

describe('a request', () => {
  test('uses the proxy of the environment', async () => {
    const send = sender({ http_proxy: `http://ann:s3cret@${proxy.host}` });
    expect(await send({ method: 'POST', url: URL_OF_A, body: 'hello' }, stop)).toEqual({ tries: 1 });
    expect(proxy.log).toEqual([`POST ${URL_OF_A}`]);
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('ann:s3cret').toString('base64')}`]);
    await until(() => proxy.connections === 0);
    expect(clock.armed).toBe(0);
  });

  test('uses a tunnel if its URL is https', async () => {
    proxy.refuses = 407;
    const send = sender({ HTTPS_PROXY: `http://${proxy.host}` });
    expect(await send({ method: 'GET', url: 'https://a.invalid/' }, stop)).toEqual({
      tries: 1,
      error: `it returned 407 (through the proxy ${proxy.host})`,
    });
    expect(proxy.log).toEqual(['CONNECT a.invalid:443']);
  });

  test('bypasses the proxy for hosts in NO_PROXY', async () => {
    const send = sender({ HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: '.invalid' });
    const sent = send({ method: 'GET', url: URL_OF_A }, AbortSignal.abort());
    expect((await sent).error).toBe('the scheduler was stopped');
    expect(proxy.log).toEqual([]);
  });

  test('names an invalid variable without its value', async () => {
    const sent = sender({ HTTPS_PROXY: 'socks5://ann:s3cret@proxy' })(
      { method: 'GET', url: 'https://a.invalid/' },
      stop,
    );
    for (let tries = 1; tries < 3; tries++) {
      await until(() => clock.armed === 1);
      await clock.advance(4 * SECOND);
    }
    expect(await sent).toEqual({
      tries: 3,
      error: expect.stringMatching(/^HTTP_PROXY or HTTPS_PROXY is not the address of an http or https proxy/) as string,
    });
  });

  test.each(['http', 'https'])(
    'over %s times out if the proxy does not respond, and closes its connection',
    async (scheme) => {
      const silent = await ProxyPuppet.open();
      const send = sender({ http_proxy: silent.host, https_proxy: silent.host });
      const ending = new AbortController();
      const sent = send({ method: 'GET', url: `${scheme}://a.invalid/` }, ending.signal);
      await until(() => silent.log.length === 1);
      await clock.advance(10 * SECOND);
      await until(() => silent.connections === 0);
      ending.abort();
      expect((await sent).tries).toBe(1);
      await silent.close();
    },
  );
});
