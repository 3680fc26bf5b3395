import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

/** Copies files of src/page beside the script that is made of it. */
const copied = (...names) => ({
  name: 'copied',
  generateBundle() {
    for (const fileName of names)
      this.emitFile({ type: 'asset', fileName, source: readFileSync(`src/page/${fileName}`) });
  },
});

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const shared = {
  platform: 'node',
  transform: { define: { TIMERS_VERSION: JSON.stringify(version) } },
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
};

export default defineConfig([
  // The program: everything in it, split by command, because loading packages file by file costs most of the start-up time.
  // CommonJS, because Node 20 keeps compiled code for scripts only (bin/code-cache.js).
  {
    ...shared,
    input: { main: 'src/cli/main.ts', signals: 'src/cli/signals.ts' },
    // typescript: cosmiconfig's loader for configuration written in it, which is code and never loaded.
    external: ['typescript', /^@photostructure\/sqlite/],
    output: {
      dir: 'dist/cli',
      format: 'cjs',
      // Scripts that code-cache.js compiles cannot import.
      dynamicImportInCjs: false,
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      minify: { compress: true, mangle: false, codegen: true },
      cleanDir: true,
    },
  },
  // The library: its packages stay outside, so that a project installs each of them once.
  {
    ...shared,
    input: { index: 'src/index.ts' },
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    output: { dir: 'dist', format: 'esm' },
  },
  // The page at `/`, for browsers.
  {
    ...shared,
    platform: 'browser',
    input: { page: 'src/page/main.ts' },
    plugins: [copied('index.html', 'page.css', 'icon.svg')],
    output: { dir: 'dist/page', format: 'esm', cleanDir: true },
  },
]);
