import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './program.js';

/** A block between three backticks. */
export interface Block {
  readonly language: string;
  /** The text after the language: the name of the file in the block, or its role. Empty without one. */
  readonly role: string;
  readonly text: string;
}

/** A command line of a `console` block, and the output shown below it. */
export interface Shown {
  readonly line: string;
  readonly output: string;
}

/** A page for people. */
export class Document {
  /** Relative to the root, such as `docs/guide/library.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];

  constructor(path: string) {
    this.path = path;
    this.text = readFileSync(join(ROOT, path), 'utf8');
    this.blocks = [...this.text.matchAll(/^```(\w+) ?(\S*)\n([^]*?)^```$/gm)].map(
      ([, language = '', role = '', text = '']) => ({ language, role, text }),
    );
  }

  only(language: string): readonly Block[] {
    return this.blocks.filter((block) => block.language === language);
  }

  /** The blocks that are files: their role is a name with an extension. */
  get files(): readonly Block[] {
    return this.blocks.filter(({ role }) => role.includes('.'));
  }

  /** The `$ command` lines in order, each with its output. */
  get shown(): readonly Shown[] {
    return this.only('console').flatMap(({ text }) =>
      text
        .split(/^\$ /m)
        .slice(1)
        .map((part) => ({ line: part.slice(0, part.indexOf('\n')), output: part.slice(part.indexOf('\n') + 1) })),
    );
  }

  /** The targets of its links, in order. */
  get links(): readonly string[] {
    return [...this.text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
  }

  /** The anchors of its headings, as GitHub makes them. */
  get anchors(): readonly string[] {
    return [...this.text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
  }
}

const pagesIn = (folder: string): readonly Document[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => new Document(join(folder, name)));

export const readme = new Document('README.md');
export const guide = pagesIn('docs/guide');
export const reference = pagesIn('docs/reference');

/** What a busy machine prints, in regular expressions, next to what an idle one prints. */
const BUSY: readonly (readonly [RegExp, string])[] = [
  [/ started$/, ' started(?:, [^\\n]* late)?'],
  [/\bon time\b/, '(?:on time|[^\\n]* late)'],
  [/^ ms\b/, ' m?s'],
  [/\b(OUTCOME|TOOK) {2,}(?!TOOK)/, '$1  (?:LATE  )?'],
];

const onBusyMachine = (part: string): string => BUSY.reduce((text, [idle, any]) => text.replace(idle, any), part);

/** Matches output as shown: `…` matches any text on a line, and on a line of its own any lines. */
export function pattern(output: string): RegExp {
  const lines = output
    .trimEnd()
    .split('\n')
    .map((line) =>
      line === '…'
        ? '[^]*'
        : line
            .split('…')
            .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
            .map(onBusyMachine)
            // Widths of columns and line breaks depend on the figures in them.
            .map((part) => part.replace(/ {2,}/g, ' {2,}').replace(/(?<=\S|^) (?=[^\s{])/g, '(?: |\\n +)'))
            .join('[^\\n]*'),
    );
  return new RegExp(`^${lines.join('\\n')}\\s*$`);
}
