/** The same type without `undefined` in its optional keys. */
export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Omits keys that are `undefined`, as optional keys require. */
export function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
