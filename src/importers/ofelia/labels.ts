import type { DifferenceList } from '../difference-list.js';
import { Fields } from '../fields.js';
import type { SourceFile, SourcePlace } from '../kind.js';
import { yamlDocuments } from '../yaml-documents.js';
import type { ComposeService, Entries, OfeliaJob, Parameter } from './entry.js';

interface Label extends SourcePlace {
  readonly key: string;
  readonly value: string;
}

interface OpenEntry extends OfeliaJob {
  readonly parameters: Map<string, Parameter>;
}

/**
 * Reads the labels of a compose file. Labels for `job-exec` may be on any service, labels for other jobs on the service
 * that runs Ofelia.
 */
export function readLabels(file: SourceFile, differences: DifferenceList): Entries {
  const services = yamlDocuments(file, differences).flatMap((one) => servicesOf(new Fields(one).map('services')));
  const found: OpenEntry[] = [];
  for (const { fields, where } of services)
    for (const label of pairs(fields, 'labels')) addLabel(found, filledIn(label, differences), where);
  const timezone = services.filter(({ where }) => where === undefined).flatMap(({ fields }) => zoneOf(fields) ?? [])[0];
  return { entries: found, ...(timezone !== undefined && { timezone }) };
}

interface Service {
  readonly fields: Fields;
  /** The service of the labels; `undefined` for the one that runs Ofelia. */
  readonly where: ComposeService | undefined;
}

const servicesOf = (services: Fields): readonly Service[] =>
  services.keys.map((name) => {
    const fields = services.map(name);
    const container = fields.text('container_name');
    const isOfelia = /\bofelia\b/.test(`${fields.text('image') ?? ''} ${name}`);
    return { fields, where: isOfelia ? undefined : { name, ...(container !== undefined && { container }) } };
  });

const zoneOf = (service: Fields): string | undefined =>
  pairs(service, 'environment').find(({ key }) => key === 'TZ')?.value;

/** Reads a map, or a list of `key=value`. */
function pairs(service: Fields, key: string): readonly Label[] {
  const value = service.value(key);
  if (value?.kind === 'map') {
    const map = service.map(key);
    return map.keys.map((name) => ({ key: name, value: map.text(name) ?? '', ...map.place(name) }));
  }
  const items = value?.kind === 'list' ? value.items : [];
  return items.flatMap((item) => {
    if (item.kind !== 'scalar') return [];
    const [name = '', ...rest] = item.text.split('=');
    return { key: name, value: rest.join('='), file: item.file, line: item.line };
  });
}

/** Fills in variables as compose does: `$$` is `$`, and `${NAME:-default}` has its default. */
function filledIn(label: Label, differences: DifferenceList): Label {
  const value = label.value.replace(VARIABLE, (written: string, braced?: string, fallback?: string, plain?: string) => {
    const name = braced ?? plain;
    if (name === undefined) return '$';
    const effect = fallback === undefined ? 'Here it stays as it is.' : `Here it is ${JSON.stringify(fallback)}.`;
    differences.warning(label, `compose takes ${name} from its environment. ${effect}`);
    return fallback ?? written;
  });
  return { ...label, value };
}

const VARIABLE = /\$\$|\$\{(\w+)(?::?-([^}]*)|[^}]*)\}|\$([A-Za-z_]\w*)/g;

/** Adds a label: `ofelia.job-exec.NAME.schedule` for one job, or `ofelia.slack-webhook` for all jobs. */
function addLabel(found: OpenEntry[], { key, value, ...place }: Label, service: ComposeService | undefined): void {
  const [prefix, first = '', ...rest] = key.split('.');
  if (prefix !== 'ofelia' || first === 'enabled' || first === 'service') return;
  const [name, parameter] = rest.length > 0 ? rest : ['', first];
  const entry = entryOf(found, { type: rest.length > 0 ? first : 'global', name: name ?? '', ...place }, service);
  const written = (parameter ?? '').toLowerCase();
  entry.parameters.set(written, { ...place, values: LISTS.has(written) ? listOf(value) : [value] });
}

function entryOf(
  found: OpenEntry[],
  wanted: Pick<OfeliaJob, 'type' | 'name' | 'file' | 'line'>,
  service: ComposeService | undefined,
): OpenEntry {
  const known = found.find(({ type, name }) => type === wanted.type && name === wanted.name);
  if (known) return known;
  const entry = { ...wanted, parameters: new Map<string, Parameter>(), ...(service && { service }) };
  found.push(entry);
  return entry;
}

const LISTS: ReadonlySet<string> = new Set(['volume', 'environment', 'volumes-from']);

/** Reads a JSON list, or one value. */
function listOf(value: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed.map(String) : [value];
  } catch {
    return [value];
  }
}
