import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { ROOT } from './program.js';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [key: string]: unknown;
}

/** The documents of a YAML file, read as Kubernetes does: by YAML 1.1. */
export const manifestsOf = (text: string): readonly Manifest[] =>
  parseAllDocuments(text, { version: '1.1' }).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as Manifest;
  });

/** A file below `examples/kubernetes`. */
export const readExample = (name: string): string => readFileSync(join(ROOT, 'examples', 'kubernetes', name), 'utf8');

/** The module with the kinds of an API version: a class with their schema, an interface with their keys. */
const moduleOf = (apiVersion: string): string =>
  apiVersion.startsWith('keda.sh/') ? `@kubernetes-models/keda/${apiVersion}` : `kubernetes-models/${apiVersion}`;

type Model = new (data: object) => { validate(): void };

/** How a manifest violates the schema of its kind, as a sentence; `undefined` if it is valid. Accepts unknown keys. */
export async function schemaFault({ apiVersion, kind, ...rest }: Manifest): Promise<string | undefined> {
  const { [kind]: Kind } = (await import(moduleOf(apiVersion))) as Readonly<Record<string, Model>>;
  if (Kind === undefined) return `${apiVersion} has no ${kind}`;
  try {
    new Kind(rest).validate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** How manifests violate the types of their kinds: unknown keys, among others. */
export function typeFaults(manifests: readonly Manifest[]): readonly string[] {
  const lines = manifests.map(
    (manifest, index) =>
      `import type { I${manifest.kind} as Kind${index} } from '${moduleOf(manifest.apiVersion)}';\n` +
      `export const manifest${index}: Kind${index} = ${JSON.stringify(manifest)};\n`,
  );
  const path = join(ROOT, 'test', 'manifests.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    // Without the types of browsers, which take longer than everything else.
    lib: ['lib.es2022.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const written: ts.CompilerHost = {
    ...host,
    fileExists: (file) => file === path || host.fileExists(file),
    getSourceFile: (file, ...others) =>
      file === path
        ? ts.createSourceFile(file, lines.join(''), ts.ScriptTarget.ESNext)
        : host.getSourceFile(file, ...others),
  };
  const program = ts.createProgram([path], options, written);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
