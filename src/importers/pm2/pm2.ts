import type { ForeignValue } from '../../config/index.js';
import { DifferenceList } from '../difference-list.js';
import { Fields } from '../fields.js';
import { joined } from '../joined.js';
import { withoutJsonComments } from '../json-comments.js';
import type { ImportContext, Imported, Importer, SourceFile } from '../kind.js';
import { withoutShared } from '../shared-differences.js';
import { yamlDocuments } from '../yaml-documents.js';
import { readApp } from './app.js';

/** pm2 ecosystem files whose apps have `cron_restart`. */
export const pm2: Importer = {
  name: 'pm2',
  summary: 'pm2 ecosystem files in JSON or YAML, with cron_restart',
  recognize: ({ path, text }) => {
    if (isJavaScript(text)) return /\bapps\s*:/.test(text) || /\.config\.[cm]?js$/.test(path) ? 0.95 : 0;
    return /(?:^|[{,\s])["']?apps["']?\s*:/.test(text) && /["']?\bscript["']?\s*:/.test(text) ? 0.95 : 0;
  },
  read: (files, context) => joined(files.map((file) => readFile(file, context))),
};

const isJavaScript = (text: string): boolean => /\bmodule\.exports\b|^\s*export\s+default\b/m.test(text);

function readFile(file: SourceFile, context: ImportContext): Imported {
  const general = new DifferenceList();
  if (isJavaScript(file.text)) {
    tellJavaScript(file, general);
    return { settings: {}, timers: [], differences: general.list() };
  }
  const documents = yamlDocuments({ ...file, text: withoutJsonComments(file.text) }, general);
  const apps = documents.flatMap((document) => appsIn(document, general));
  const read = apps.map((app) => readApp(app, context));
  const { shared, timers } = withoutShared(read.flatMap(({ timer }) => timer ?? []));
  return {
    settings: timers.length === 0 ? {} : { timezone: context.timezone },
    timers,
    differences: [...general.list(), ...shared, ...read.flatMap(({ differences }) => differences)],
  };
}

function tellJavaScript({ path }: SourceFile, general: DifferenceList): void {
  const message = 'The file is left out: it is a program, and an import never runs one.';
  const file = path === '-' ? 'ecosystem.config.cjs' : path;
  const print = `node -p 'JSON.stringify(require("./${file.replace(/^\.\//, '')}"), null, 2)'`;
  general.error({ file: path, line: 1 }, message, `Print it as JSON: ${print} | timers import pm2 -`);
}

/** Returns the list in `apps`, a list without that key, or one app. */
function appsIn(document: ForeignValue, general: DifferenceList): readonly Fields[] {
  if (document.kind === 'list') return document.items.map((item) => new Fields(item));
  const top = new Fields(document);
  if (!top.has('apps')) return [top];
  const { kind } = top.value('apps') ?? document;
  if (top.has('deploy')) general.note(top.place('deploy'), 'deploy is left out: timers deploys nothing.');
  return kind === 'list' ? top.maps('apps') : [top.map('apps')];
}
