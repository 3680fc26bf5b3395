/** The parts of a transaction, as etcd's JSON gateway expects them: keys and values in Base64. */
export type EtcdOperation =
  | { readonly request_put: { readonly key: string; readonly value: string; readonly lease?: string } }
  | { readonly request_delete_range: { readonly key: string } }
  | { readonly request_range: EtcdRange }
  | { readonly request_txn: { readonly success: readonly EtcdOperation[] } };

export interface EtcdRange {
  readonly key: string;
  readonly range_end?: string;
  readonly limit?: number;
  readonly keys_only?: boolean;
  readonly count_only?: boolean;
}

/** The gateway omits empty, zero and false values. */
export interface RangeResponse {
  readonly kvs?: readonly { readonly key: string; readonly value?: string }[];
  readonly count?: string;
}

export interface TxnResponse {
  readonly succeeded?: boolean;
  readonly responses?: readonly { readonly response_range?: RangeResponse }[];
}

export const toBase64 = (text: string): string => Buffer.from(text).toString('base64');
const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString();

export const putKey = (key: string, text: string, lease?: string): EtcdOperation => ({
  request_put: { key: toBase64(key), value: toBase64(text), ...(lease !== undefined && { lease }) },
});

export const deleteKey = (key: string): EtcdOperation => ({ request_delete_range: { key: toBase64(key) } });

export const getKey = (key: string): EtcdOperation => ({ request_range: { key: toBase64(key) } });

/** Returns the range of all keys that begin with `beginning`, which is not empty and ends with an ASCII character. */
export const rangeOf = (beginning: string): EtcdRange => ({
  key: toBase64(beginning),
  range_end: toBase64(beginning.slice(0, -1) + String.fromCharCode(beginning.charCodeAt(beginning.length - 1) + 1)),
});

/** Returns the condition that a key has this text, or does not exist. */
export const hasText = (key: string, text: string | undefined): object =>
  text === undefined
    ? { key: toBase64(key), target: 'CREATE', create_revision: 0 }
    : { key: toBase64(key), target: 'VALUE', value: toBase64(text) };

export const getRange = (beginning: string): EtcdOperation => ({ request_range: rangeOf(beginning) });

/** Gets the names of all keys that begin with `beginning`, without their texts. */
export const getNames = (beginning: string): EtcdOperation => ({
  request_range: { ...rangeOf(beginning), keys_only: true },
});

/** Returns the text of the only key of a range; `undefined` if there is none. */
export const textOf = (range: RangeResponse | undefined): string | undefined => {
  const [first] = range?.kvs ?? [];
  return first && fromBase64(first.value ?? '');
};

/** Returns the keys of a range without `beginning`, and their texts. */
export const entriesOf = (range: RangeResponse | undefined, beginning: string): (readonly [string, string])[] =>
  (range?.kvs ?? []).map(({ key, value = '' }) => [fromBase64(key).slice(beginning.length), fromBase64(value)]);

/** Returns the keys of a range without `beginning`. */
export const namesOf = (range: RangeResponse | undefined, beginning: string): string[] =>
  entriesOf(range, beginning).map(([name]) => name);

/** Returns the ranges of a transaction, in their order. */
export const rangesOf = ({ responses = [] }: TxnResponse): readonly RangeResponse[] =>
  responses.map(({ response_range: range }) => range ?? {});
