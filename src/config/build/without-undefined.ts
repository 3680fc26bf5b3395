/** The same type without `undefined` in its optional keys. */
export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Omits keys that are `undefined`, as optional keys require. */
export function present<T extends object>(values: T): Present<T> {
  const kept: Record<string, unknown> = {};
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) kept[key] = value;
  }
  return kept as Present<T>;
}
