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
  const ofKind = (wanted: string) => objects.flatMap(({ kind, fields }) => (kind === wanted ? fields : []));
  const [cronJobs, configMaps] = [ofKind('CronJob'), ofKind('ConfigMap')];
  for (const object of objects) if (![...cronJobs, ...configMaps].includes(object.fields)) leaveOut(object, found);
  return {
    cronJobs,
    configMaps: new Map(configMaps.map((object) => [object.map('metadata').text('name') ?? '', dataOf(object)])),
    differences: found.list(),
  };
}

interface KubernetesObject {
  readonly kind: string | undefined;
  readonly fields: Fields;
}

function objectsIn(file: SourceFile, found: DifferenceList): readonly KubernetesObject[] {
  const { documents, faults } = readDocuments(file);
  const isTemplate = file.text.includes('{{');
  const hint = isTemplate ? 'If this is a template of Helm, import what "helm template" prints.' : undefined;
  for (const { message, ...place } of faults) found.error(place, `The YAML has a mistake: ${message}`, hint);
  return documents.flatMap((document) => unwrapped(new Fields(document)));
}

/** The objects of a `List` or `CronJobList`, whose items may leave out their kind; any other object itself. */
function unwrapped(fields: Fields, kind = fields.text('kind')): readonly KubernetesObject[] {
  if (kind?.endsWith('List') !== true) return [{ kind, fields }];
  const items = fields.maps('items');
  return items.flatMap((item) =>
    unwrapped(item, item.text('kind') ?? (kind === 'List' ? undefined : kind.slice(0, -4))),
  );
}

function leaveOut({ kind, fields: object }: KubernetesObject, found: DifferenceList): void {
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
