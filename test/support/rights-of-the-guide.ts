import { readFileSync } from 'node:fs';

/** What follows `ACL SETUSER` in the guide. */
export function rightsOfTheGuide(): readonly string[] {
  const guide = readFileSync(new URL('../../docs/guide/more-than-one-machine.md', import.meta.url), 'utf8');
  return /^ACL SETUSER (.*)$/m.exec(guide)?.[1]?.split(' ') ?? [];
}
