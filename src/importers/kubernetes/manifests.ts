import { readDocuments } from '../../config/index.js';
import { DifferenceList } from '../difference-list.js';
import { Fields } from '../fields.js';
import type { Difference, SourceFile } from '../kind.js';

/** The data of the ConfigMaps in the same files, by name. */
export type ConfigMaps = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface Manifests {
  readonly cronJobs: readonly Fields[];
  readonly configMaps: ConfigMaps;
  readonly differences: readonly Difference[];
}

/** Finds the CronJobs and ConfigMaps in files of one or many documents, and in lists of objects. */
export function findManifests(files: readonly SourceFile[]): Manifests {
  const found = new DifferenceList();
  const objects = files.flatMap((file) => objectsIn(file, found));
  const isOfKind = (kind: string) => (object: Fields) => object.text('kind') === kind;
  const cronJobs = objects.filter(isOfKind('CronJob'));
  const configMaps = objects.filter(isOfKind('ConfigMap'));
  for (const object of objects) if (![...cronJobs, ...configMaps].includes(object)) leaveOut(object, found);
  return {
    cronJobs,
    configMaps: new Map(configMaps.map((object) => [object.map('metadata').text('name') ?? '', dataOf(object)])),
    differences: found.list(),
  };
}

function objectsIn(file: SourceFile, found: DifferenceList): readonly Fields[] {
  const { documents, faults } = readDocuments(file);
  const isTemplate = file.text.includes('{{');
  const hint = isTemplate ? 'If this is a template of Helm, import what "helm template" prints.' : undefined;
  for (const { message, ...place } of faults) found.error(place, `The YAML has a mistake: ${message}`, hint);
  return documents.flatMap((document) => unwrapped(new Fields(document)));
}

/** The objects of a `List` or `CronJobList`; any other object itself. */
function unwrapped(object: Fields): readonly Fields[] {
  const kind = object.text('kind') ?? '';
  if (!kind.endsWith('List')) return [object];
  return object.maps('items').flatMap(unwrapped);
}

function leaveOut(object: Fields, found: DifferenceList): void {
  const kind = object.text('kind');
  const name = object.map('metadata').text('name');
  if (kind === undefined) {
    found.error(object, 'This document is not an object of Kubernetes: it has no kind.');
    return;
  }
  found.note(
    object.place('kind'),
    `${kind}${name === undefined ? '' : ` ${name}`} is left out: only CronJobs are timers.`,
  );
}

function dataOf(configMap: Fields): ReadonlyMap<string, string> {
  const data = configMap.map('data');
  return new Map(data.keys.map((key) => [key, data.text(key) ?? '']));
}
