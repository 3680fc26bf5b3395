import { Document } from 'yaml';

/** Writes values as documents of YAML 1.1, which Kubernetes reads: a text such as `yes` or `0123` gets quotes. */
export const writeYaml = (documents: readonly unknown[]): string =>
  documents.map((value) => new Document(value, { version: '1.1' }).toString({ lineWidth: 0 })).join('---\n');
