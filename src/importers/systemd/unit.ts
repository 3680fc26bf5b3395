import type { SourcePlace } from '../kind.js';
import type { UnitSetting } from './unit-file.js';

/** A unit with its drop-ins. */
export class Unit {
  /** `backup.timer`, `backup@home.service`. */
  readonly name: string;
  /** Whether the unit belongs to a user's manager, not to the system. */
  readonly isOfUser: boolean;
  /** The path of its file, as the user wrote it. */
  readonly path: string;
  readonly #settings: readonly UnitSetting[];

  constructor(name: string, path: string, settings: readonly UnitSetting[]) {
    this.name = name;
    this.path = path;
    this.isOfUser = /(?:^|\/)(?:systemd\/user|\.config\/systemd)\//.test(path);
    this.#settings = settings;
  }

  get place(): SourcePlace {
    return { file: this.path, line: 1 };
  }

  get settings(): readonly UnitSetting[] {
    return this.#settings;
  }

  /** Returns the settings of a list, such as `OnCalendar`. An empty assignment drops the settings before it. */
  all(section: string, ...keys: readonly string[]): readonly UnitSetting[] {
    const written = this.#settings.filter((one) => one.section === section && keys.includes(one.key));
    return written.slice(written.findLastIndex(({ value }) => value === '') + 1);
  }

  /** Returns the effective setting: the last one, unless it is empty. */
  last(section: string, key: string): UnitSetting | undefined {
    return this.all(section, key).at(-1);
  }

  /** Whether a boolean setting is on. */
  isOn(section: string, key: string): boolean {
    return /^(?:1|yes|y|true|t|on)$/i.test(this.last(section, key)?.value ?? '');
  }
}

/** The parts of a unit's name: `backup@home.timer`. */
export interface UnitName {
  /** `backup` */
  readonly prefix: string;
  /** `home`; the empty string in a template, absent in a unit without `@`. */
  readonly instance?: string;
  /** `timer` */
  readonly type: string;
}

export function unitName(name: string): UnitName {
  const [, prefix = name, , instance, type = ''] = /^([^@]*)(@(.*))?\.([a-z]+)$/.exec(name) ?? [];
  return { prefix, ...(instance !== undefined && { instance }), type };
}

/** Undoes the escapes of unit names: `-` is a slash, `\x2d` a dash. */
export const unescapeName = (name: string): string =>
  name.replaceAll('-', '/').replace(/\\x([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
