import { expect, test } from 'vitest';
import { cronstable, yacron } from '../../src/importers/yacron/yacron.js';
import { kubernetes } from '../../src/importers/kubernetes/kubernetes.js';
import { ofelia } from '../../src/importers/ofelia/ofelia.js';
import { imported } from './imported.js';
import { samplesOf } from './samples.js';

const formats = [
  ['kubernetes', () => kubernetes],
  ['ofelia', () => ofelia],
  ['yacron', (path: string) => (path === 'cronstable.yaml' ? cronstable : yacron)],
] as const;

const samples = formats.flatMap(([folder, importerOf]) =>
  samplesOf(folder).map(({ path, text }) => [path, importerOf(path), folder, text] as const),
);

/** Timers that can't fire at the same times, and whose sources are compared anyway. */
const DIFFERENT = ['midnight-in-santiago', 'gap'];

test.each(samples)(
  '%s becomes a valid timer file, and only listed timers fire at other times',
  (path, importer, folder, text) => {
    const beside = Object.fromEntries(samplesOf(folder).map((file) => [file.path, file.text]));
    const { names, read, differences } = imported(importer, text, { path, beside });
    expect(names.length).toBe(read.timers.length);
    const different = differences.filter(({ message }) => message.includes('First difference'));
    const known = path === 'reports.yaml' || path === 'cronstable.yaml' ? DIFFERENT : [];
    expect(known).toEqual(expect.arrayContaining(different.map(({ timer }) => timer)));
  },
);
