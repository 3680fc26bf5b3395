import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { getLanguageService, type LanguageService } from 'yaml-language-server';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { KEY_ENTRIES } from '../../../src/config/keys/index.js';
import { schemaText } from '../../../src/config/keys/json-schema.js';
import { ROOT } from '../../support/program.js';

/** What an editor with the YAML language server shows, with the schema next to the file. */

let service: LanguageService;

beforeAll(() => {
  service = getLanguageService({
    schemaRequestService: () => Promise.resolve(schemaText()),
    workspaceContext: { resolveRelativePath: (path) => `file:///${path}` },
  });
  service.configure({
    completion: true,
    hover: true,
    validate: true,
    schemas: [{ uri: 'file:///timers.schema.json', fileMatch: ['timers.yaml'] }],
  });
});

/** The server caches a version of a file. */
let version = 0;
const documentOf = (text: string): TextDocument => TextDocument.create('file:///timers.yaml', 'yaml', ++version, text);

/** A file, and the position of a `|` in it. */
function open(text: string): { document: TextDocument; position: { line: number; character: number } } {
  const [before = '', after = ''] = text.split('|');
  const lines = before.split('\n');
  const document = documentOf(before + after);
  return { document, position: { line: lines.length - 1, character: lines.at(-1)!.length } };
}

const BACKUP = 'timers:\n  backup:\n    every: 1h\n    run: ./backup.sh\n';

async function completions(text: string) {
  const { document, position } = open(text);
  return (await service.doComplete(document, position, false)).items;
}

test('an editor completes a key of a timer with the reference text', async () => {
  const items = await completions(`${BACKUP}    over|`);
  const item = items.find(({ label }) => label === 'overlap');
  expect(JSON.stringify(item?.documentation)).toContain(KEY_ENTRIES.timer['overlap']!.summary);
});

test('an editor completes a key of a map', async () => {
  const labels = (await completions(`${BACKUP}    retry:\n      |`)).map(({ label }) => label);
  expect(labels).toEqual(expect.arrayContaining(['attempts', 'delay', 'factor', 'max_delay', 'on', 'not_on']));
});

test('an editor completes the values of a key', async () => {
  const labels = (await completions(`${BACKUP}    overlap: |`)).map(({ label }) => label);
  expect(labels).toEqual(expect.arrayContaining(['skip', 'queue', 'allow', 'replace']));
});

test.each([
  ['overlap', `${BACKUP}    over|lap: queue\n`, KEY_ENTRIES.timer['overlap']!.summary],
  ['retry.attempts', `${BACKUP}    retry: { att|empts: 3 }\n`, KEY_ENTRIES.retry['attempts']!.summary],
  ['concurrency', `concur|rency: 3\n${BACKUP}`, KEY_ENTRIES.file['concurrency']!.summary],
])('an editor explains %s', async (_key, text, summary) => {
  const { document, position } = open(text);
  const hover = await service.doHover(document, position);
  // The server writes Markdown, which escapes special characters.
  expect(JSON.stringify(hover?.contents).replaceAll('\\', '')).toContain(summary);
});

const mistakesIn = async (text: string) =>
  (await service.doValidation(documentOf(text), false)).map(({ message }) => message);

test('an editor marks an invalid key and accepts the example file', async () => {
  expect(await mistakesIn(`${BACKUP}    overlpa: queue\n`)).toEqual([expect.stringContaining('overlpa')]);
  expect(await mistakesIn(readFileSync(join(ROOT, 'timers.example.yaml'), 'utf8'))).toEqual([]);
});
