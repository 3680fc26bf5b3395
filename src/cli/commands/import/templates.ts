import type { Imported, SourceFile } from '../../../importers/kind.js';

/**
 * Matches what Helm or Jinja would fill in. It does not match the braces of commands such as docker ps --format
 * '{{.Names}}' and docker inspect --format '{{range .Mounts}}{{.Source}}{{end}}'.
 */
const PLACEHOLDER = new RegExp(
  [
    String.raw`\{\{[^}]*\.(?:Values|Release|Chart|Capabilities|Files|Template)\b[^}]*\}\}`,
    String.raw`\{\{-?\s*(?:include|tpl|toYaml|template|required)\s[^}]*\}\}`,
    String.raw`\{\{-?\s*(?!end\b|else\b)[A-Za-z_]\w*(?:\.\w+|\[[^\]]*\])*\s*(?:\|[^}]*|-?)\}\}`,
    String.raw`\{%-?\s+(?:if|for|set|include|extends|block|macro|raw)\s.*?%\}`,
  ].join('|'),
);

/** Removes templates that have not been rendered, and reports each as an error. */
export function withoutTemplates(files: readonly SourceFile[]): {
  readonly files: readonly SourceFile[];
  readonly read: Imported;
} {
  const found = files.map((file) => ({ file, placeholder: placeholderIn(file) }));
  return {
    files: found.flatMap(({ file, placeholder }) => (placeholder === undefined ? file : [])),
    read: {
      settings: {},
      timers: [],
      differences: found.flatMap(({ placeholder }) => (placeholder === undefined ? [] : errorAt(placeholder))),
    },
  };
}

interface Placeholder {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

function placeholderIn({ path, text }: SourceFile): Placeholder | undefined {
  for (const [index, line] of withoutReports(text).split('\n').entries()) {
    const [found] = /^\s*[#;]/.test(line) ? [] : (PLACEHOLDER.exec(line) ?? []);
    if (found !== undefined) return { file: path, line: index + 1, text: found };
  }
  return undefined;
}

/**
 * Empties the lines of blocks below `report`, because they are templates that yacron itself fills in for each mail or
 * message.
 */
const withoutReports = (text: string): string =>
  text.replace(/^([ \t]*)report:[ \t]*\n(?:\1[ \t]+.*\n?|[ \t]*\n)+/gm, (block) => block.replace(/[^\n]+/g, ''));

const errorAt = (placeholder: Placeholder): Imported['differences'][number] => ({
  ...placeholder,
  severity: 'error',
  message: 'The file is left out, because it is a template, and this placeholder is not filled in.',
  hint: 'Render the template, for example with helm template or Ansible, and import the result.',
});
