/** The same type without `undefined` in its optional keys. */
export type WithoutUndefined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Omits keys that are `undefined`, as optional keys require. */
export function withoutUndefined<T extends object>(values: T): WithoutUndefined<T> {
  const kept: Record<string, unknown> = {};
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) kept[key] = value;
  }
  return kept as WithoutUndefined<T>;
}
