import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';

/** Copies files of src/page next to the script built from it. */
const copied = (...names) => ({
  name: 'copied',
  generateBundle() {
    for (const fileName of names)
      this.emitFile({ type: 'asset', fileName, source: readFileSync(`src/page/${fileName}`) });
  },
});

/** Modules of Node that every command loads. */
const LOADED = ['events', 'fs', 'os', 'path', 'process', 'stream', 'tty', 'util'];
/** Packages with a separate chunk. A running scheduler preloads those that it may need (src/daemon/load-ahead.ts). */
const APART = ['chalk', 'execa', 'yaml'];
const REQUIRED = /\b(?:const|let|var) (\w+) = require\("((?:node:|\.\/)?([a-z_0-9/]+)[^"]*)"\);/g;
const canWait = (id, name) => (id.startsWith('./') ? APART.includes(name) : isBuiltin(id) && !LOADED.includes(name));

/**
 * Loads modules of Node and large packages when one of their exports is first used: a scheduler that sends nothing
 * never loads `https`. Only names that are always followed by a dot can be deferred.
 */
const lazy = {
  name: 'lazy',
  renderChunk: (code) =>
    code.replace(REQUIRED, (eager, variable, id, name) => {
      const use = new RegExp(`(?<![.\\w])${variable}\\b(?! = require\\()(?:\\.(\\w+))?`, 'g');
      const uses = new Set([...code.matchAll(use)].map(([, used]) => used));
      if (!canWait(id, name) || uses.has(undefined)) return eager;
      const getters = [...uses].map((used) => `get ${used}() { return (this.module ??= require("${id}")).${used}; }`);
      return `const ${variable} = { ${getters.join(', ')} };`;
    }),
};

/**
 * cron-parser only reads fields here (docs/decisions/0010), so its package luxon is replaced by a stub. The real one takes 10 ms for `Intl`, and
 * two thirds of the chunk.
 */
const withoutLuxon = {
  name: 'without-luxon',
  resolveId: (id) => (id === 'luxon' ? '\0luxon' : null),
  load: (id) =>
    id === '\0luxon' ? `exports.DateTime = { fromMillis: () => ({ isValid: true, zoneName: 'UTC' }) };` : null,
};

/** BullMQ's msgpackr works without its native helper, which would be a binary for each machine. */
const withoutNativeMsgpackr = {
  name: 'without-native-msgpackr',
  resolveId: (id) => (id === 'msgpackr-extract' ? '\0msgpackr-extract' : null),
  load: (id) => (id === '\0msgpackr-extract' ? 'exports.extractStrings = undefined;' : null),
};

/** Scripts with characters beyond ASCII need twice the memory, and take longer to read. */
const ascii = {
  name: 'ascii',
  generateBundle(_, bundle) {
    const escaped = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
    for (const chunk of Object.values(bundle)) if (chunk.code) chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped);
  },
};

const SQLITE = '@photostructure/sqlite';

/** The package of SQLite without its sources in C, which are a third of it. Its programs stay where it looks for them: next to its folder. */
const sqlitePrograms = {
  name: 'sqlite-programs',
  closeBundle: () => cpSync(`node_modules/${SQLITE}/prebuilds`, 'dist/sqlite/prebuilds', { recursive: true }),
};

/** Makes a script load the copied package, at `path`. */
const sqliteAt = (path) => ({
  name: 'sqlite-at',
  renderChunk: (code) => code.replaceAll(`"${SQLITE}"`, `"${path}"`),
});

/** The packages whose code is in dist, by folder. */
const bundled = new Set();

/** Keeps the licenses of the bundled packages next to the bundle. */
const licenses = {
  name: 'licenses',
  generateBundle(_, bundle) {
    for (const { moduleIds = [] } of Object.values(bundle))
      for (const id of moduleIds) {
        const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? [];
        if (folder !== undefined) bundled.add(folder);
      }
  },
  closeBundle: () => writeFileSync('dist/LICENSES.txt', [...bundled].sort().map(licenseOf).join('\n\n')),
};

function licenseOf(folder) {
  const { name, version: of, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${of}: ${license}\n\n${text}`;
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const shared = {
  platform: 'node',
  transform: { define: { TIMERS_VERSION: JSON.stringify(version) } },
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
};

// Removes files of an earlier build that are no longer made.
for (const name of ['bench', 'sqlite', 'types']) rmSync(`dist/${name}`, { recursive: true, force: true });

export default defineConfig([
  {
    ...shared,
    input: { index: `node_modules/${SQLITE}/dist/index.mjs` },
    plugins: [licenses, sqlitePrograms],
    output: { dir: 'dist/sqlite/lib', format: 'cjs', entryFileNames: '[name].cjs', exports: 'named', cleanDir: true },
  },
  // The program: everything in it, split by command, because loading packages file by file is most of the startup time.
  // CommonJS, because Node 20 keeps compiled code for scripts only (bin/code-cache.js).
  {
    ...shared,
    input: { main: 'src/cli/main.ts', signals: 'src/cli/signals.ts' },
    // What others share with main.cjs stays in it, because each script takes time to load.
    preserveEntrySignatures: 'allow-extension',
    // The modules that `yaml` has for browsers are ES modules, and can be deferred.
    resolve: {
      ...shared.resolve,
      alias: { yaml: fileURLToPath(new URL('node_modules/yaml/browser/index.js', import.meta.url)) },
    },
    // typescript: cosmiconfig's loader for TypeScript configuration, which is code and never loaded.
    external: ['typescript', SQLITE],
    plugins: [withoutLuxon, withoutNativeMsgpackr, sqliteAt('../sqlite/lib/index.cjs'), lazy, ascii, licenses],
    output: {
      dir: 'dist/cli',
      format: 'cjs',
      // Scripts that code-cache.js compiles cannot import.
      dynamicImportInCjs: false,
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      codeSplitting: {
        groups: APART.map((name) => ({ name, test: new RegExp(`/node_modules/${name}/`), priority: 1 })),
      },
      minify: { compress: true, mangle: false, codegen: true },
      cleanDir: true,
    },
  },
  // The library: one file, so that a project that uses it installs nothing else.
  {
    ...shared,
    input: { index: 'src/index.ts' },
    external: ['typescript', SQLITE],
    plugins: [withoutLuxon, withoutNativeMsgpackr, sqliteAt('./sqlite/lib/index.cjs'), licenses],
    output: { dir: 'dist', format: 'esm', codeSplitting: false },
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
