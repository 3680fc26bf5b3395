import { defineConfig } from 'rolldown';

const shared = {
  platform: 'node',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
};

export default defineConfig([
  // The program: everything in it, split by command, because loading packages file by file costs most of the start-up time.
  // CommonJS, because Node 20 keeps compiled code for scripts only (bin/code-cache.js).
  {
    ...shared,
    input: { main: 'src/cli/main.ts' },
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
]);
