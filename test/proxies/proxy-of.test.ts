import { describe, expect, test } from 'vitest';
import { proxyOf } from '../../src/proxies/proxy-of.js';

const PROXY = 'http://proxy.lan:3128';
const found = (address: string, environment: Record<string, string>) => {
  const url = proxyOf(address, environment);
  return url instanceof URL ? url.href : url;
};

describe('the proxy for a URL', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['http://a.example/', {}, undefined],
    ['http://a.example/', { HTTP_PROXY: PROXY }, `${PROXY}/`],
    ['http://a.example/', { http_proxy: PROXY }, `${PROXY}/`],
    ['http://a.example/', { http_proxy: PROXY, HTTP_PROXY: 'http://other/' }, `${PROXY}/`],
    ['http://a.example/', { http_proxy: '', HTTP_PROXY: PROXY }, undefined],
    ['http://a.example/', { HTTPS_PROXY: PROXY }, undefined],
    ['https://a.example/', { HTTPS_PROXY: PROXY }, `${PROXY}/`],
    ['https://a.example/', { https_proxy: PROXY }, `${PROXY}/`],
    ['https://a.example/', { HTTP_PROXY: PROXY }, undefined],
    ['https://a.example/', { HTTPS_PROXY: 'proxy.lan:3128' }, `${PROXY}/`],
    ['https://a.example/', { HTTPS_PROXY: 'https://u:p@proxy.lan' }, 'https://u:p@proxy.lan/'],
    ['https://a.example/', { HTTPS_PROXY: 'socks5://proxy.lan' }, 'wrong'],
    ['https://a.example/', { HTTPS_PROXY: 'http://' }, 'wrong'],
    ['https://a.example/', { HTTPS_PROXY: 'two words' }, 'wrong'],
    ['http://localhost:4318/', { HTTP_PROXY: PROXY }, undefined],
    ['http://127.0.0.1/', { HTTP_PROXY: PROXY }, undefined],
    ['http://[::1]/', { HTTP_PROXY: PROXY }, undefined],
  ])('%s, %o: %s', (address, environment, proxy) => {
    expect(found(address, environment)).toBe(proxy);
  });

  test.each<[string, string, boolean]>([
    ['*', 'http://a.example', true],
    ['a.example', 'http://a.example', true],
    ['a.example', 'http://A.Example.:8080', true],
    ['A.EXAMPLE', 'http://a.example', true],
    ['example', 'http://a.example', true],
    ['.a.example', 'http://b.a.example', true],
    ['.a.example', 'http://a.example', true],
    ['*.a.example', 'http://b.a.example', true],
    ['a.example', 'http://ba.example', false],
    ['b.example, a.example', 'http://a.example', true],
    ['b.example a.example', 'http://a.example', true],
    ['a.example:8080', 'http://a.example:8080', true],
    ['a.example:8080', 'http://a.example', false],
    ['a.example:80', 'http://a.example', true],
    ['10.0.0.1', 'http://10.0.0.1', true],
    ['0.0.1', 'http://10.0.0.1', false],
    ['10.0.0.0/8', 'http://10.9.8.7', true],
    ['10.0.0.0/8', 'http://11.9.8.7', false],
    ['10.0.0.0/99', 'http://10.9.8.7', false],
    ['10.0.0.0/8', 'http://a.example', false],
    ['fd00::/8', 'http://[fd00::1]', true],
    ['[fd00::1]', 'http://[fd00::1]:80', true],
    ['fd00::1', 'http://[fd00::1]', true],
    ['[fd00::1]:443', 'http://[fd00::1]', false],
    ['', 'http://a.example', false],
    [' , ', 'http://a.example', false],
    ['.', 'http://a.example', false],
  ])('NO_PROXY=%s, %s: %s', (without, address, isDirect) => {
    const expected = isDirect ? undefined : `${PROXY}/`;
    expect(found(address, { HTTP_PROXY: PROXY, NO_PROXY: without })).toBe(expected);
    expect(found(address, { HTTP_PROXY: PROXY, no_proxy: without })).toBe(expected);
  });
});
