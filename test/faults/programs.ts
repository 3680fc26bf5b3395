import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleWithPackages } from '../support/bundle.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A scheduler and a worker, as programs. */
    programs: { readonly node: string; readonly worker: string };
  }
}

/** Bundles the programs of the machines once for all tests. */
export default async function bundlePrograms({ provide }: TestProject): Promise<() => void> {
  const folder = await bundleWithPackages({
    node: new URL('node.ts', import.meta.url),
    worker: new URL('worker.ts', import.meta.url),
  });
  provide('programs', { node: join(folder, 'node.mjs'), worker: join(folder, 'worker.mjs') });
  return () => rmSync(folder, { recursive: true });
}
