import { openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemReason } from '../../src/system/system-reason.js';

const errorOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('the reason for a system error', () => {
  it.each([
    [() => openSync('/nope/nope', 'r'), 'it does not exist'],
    [() => openSync('/etc/passwd/nope', 'r'), 'a part of its path is not a folder'],
    [() => readFileSync('/'), 'it is a folder'],
    [() => openSync(`/${'x'.repeat(300)}`, 'r'), 'its path is too long'],
  ])('is a readable clause', (work, words) => {
    expect(systemReason(errorOf(work))).toBe(words);
  });

  it('is known for a quota error, for which Node.js has no name', () => {
    const error = Object.assign(new Error('UNKNOWN'), { code: 'UNKNOWN', errno: -constants.errno.EDQUOT });
    expect(systemReason(error)).toBe('the disk quota is used up');
  });

  it.each([...getSystemErrorMap()])('contains no error code: %i', (errno, [code, words]) => {
    const message = `${code}: ${words}, open '/secret/place'`;
    const reason = systemReason(Object.assign(new Error(message), { code, errno, syscall: 'open' }));
    expect(reason).not.toMatch(/\bE[A-Z0-9_]{3,}\b|secret/);
  });

  it('is the message of any other error', () => {
    expect(systemReason(new Error('it is a device'))).toBe('it is a device');
  });
});
