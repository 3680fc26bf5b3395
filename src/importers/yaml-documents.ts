import { readDocuments, type ForeignValue } from '../config/index.js';
import type { DifferenceList } from './difference-list.js';
import type { SourceFile } from './kind.js';

/**
 * Reads the documents of a file that have no fault. Only the first fault is reported: other faults often follow from
 * it, as in a template.
 */
export function yamlDocuments(file: SourceFile, differences: DifferenceList): readonly ForeignValue[] {
  const { documents, faults } = readDocuments(file);
  const [first, ...others] = faults;
  if (first === undefined) return documents;
  const { message, ...place } = first;
  const more =
    others.length === 0 ? undefined : `Correct this error first, because ${others.length} more may result from it.`;
  const rendered = 'If this is a template, render it first, for example with helm template, and import the result.';
  const hint = file.text.includes('{{') ? rendered : more;
  differences.error(place, `The YAML is invalid: ${message}`, hint);
  return documents;
}
