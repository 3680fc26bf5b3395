import { DifferenceList } from '../difference-list.js';
import { Fields } from '../fields.js';
import type { Difference, SourceFile } from '../kind.js';
import { yamlDocuments } from '../yaml-documents.js';

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
  const used = new Set([...cronJobs, ...configMaps]);
  const others = objects.filter(({ fields }) => !used.has(fields));
  for (const { path } of files)
    tellOthers(
      others.filter(({ fields }) => fields.file === path),
      found,
    );
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

const objectsIn = (file: SourceFile, found: DifferenceList): readonly KubernetesObject[] =>
  yamlDocuments(file, found).flatMap((document) => unwrapped(new Fields(document)));

/** Returns the objects of a `List` or `CronJobList`, whose items may leave out their kind; any other object itself. */
function unwrapped(fields: Fields, kind = fields.text('kind')): readonly KubernetesObject[] {
  if (kind?.endsWith('List') !== true) return [{ kind, fields }];
  const items = fields.maps('items');
  return items.flatMap((item) =>
    unwrapped(item, item.text('kind') ?? (kind === 'List' ? undefined : kind.slice(0, -4))),
  );
}

/** Reports the objects of one file that do not become timers, as one difference. */
function tellOthers(objects: readonly KubernetesObject[], found: DifferenceList): void {
  for (const { fields } of objects.filter(({ kind }) => kind === undefined))
    found.error(fields, 'This document is not a Kubernetes object: it has no kind.');
  const [first, ...others] = objects.filter(({ kind }) => kind !== undefined);
  if (first === undefined) return;
  const count = others.length === 1 ? ' and 1 other object are' : ` and ${others.length} other objects are`;
  const message = `${nameOf(first)}${others.length === 0 ? ' is' : count} left out: only CronJobs are timers.`;
  found.note(first.fields.place('kind'), message, first.kind === 'Kustomization' ? FROM_KUSTOMIZE : undefined);
}

/** How to get whole CronJobs from a kustomization and its patches. */
export const FROM_KUSTOMIZE = 'Import the output of kubectl kustomize.';

function nameOf({ kind = '', fields }: KubernetesObject): string {
  const name = fields.map('metadata').text('name');
  return name === undefined ? kind : `${kind} ${name}`;
}

function dataOf(configMap: Fields): ReadonlyMap<string, string> {
  const data = configMap.map('data');
  return new Map(data.keys.map((key) => [key, data.text(key) ?? '']));
}
