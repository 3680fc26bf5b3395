/** One request to a web address. Addresses are often secrets, so report only their {@link hostOf}. */
export interface WebRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Absolute, http or https. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Returns the part of an address that may be reported: `hc-ping.com`, `localhost:8000`. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'an invalid address');

/** Returns whether a token can be sent in the header `Authorization`. */
export const isHeaderToken = (token: string): boolean => /^[\x21-\x7e]+$/.test(token);

/** Returns a text with every address reduced to its {@link hostOf}, because error messages may repeat an address. */
export const withHostsAlone = (text: string): string =>
  text.replace(/\b[a-z][a-z\d+.-]*:\/\/[^\s'"`<>]+/gi, (address) => (URL.canParse(address) ? hostOf(address) : '…'));

/** Forwards requests to an address. */
export interface Proxy<Agent> {
  /** The host of the proxy, which may be reported. */
  readonly host: string;
  /** Creates the agent that node:http uses for one or more requests. Loads packages. */
  open(): Promise<Agent>;
}

/** Returns the proxy for an address; `undefined` for a direct connection. */
export type ProxyFor<Agent> = (address: string) => Proxy<Agent> | undefined;
