/** One request to somebody's address on the web. Addresses are often secrets: what is told of one is its `host` alone. */
export interface WebRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Absolute, http or https. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The part of an address that may be told: `hc-ping.com`, `localhost:8000`. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'an address that is none');

/** A text in which every address is cut down to its {@link hostOf}: what others say may repeat one. */
export const withHostsAlone = (text: string): string =>
  text.replace(/\b[a-z][a-z\d+.-]*:\/\/[^\s'"`<>]+/gi, (address) => (URL.canParse(address) ? hostOf(address) : '…'));

/** What carries requests on to an address. */
export interface Proxy<Agent> {
  /** May be told. */
  readonly host: string;
  /** Makes what node:http sends one or more requests by. Loads packages. */
  open(): Promise<Agent>;
}

/** The proxy for an address; `undefined`: it is reached directly. */
export type ProxyFor<Agent> = (address: string) => Proxy<Agent> | undefined;
