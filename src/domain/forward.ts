/**
 * A header in the response to a request with outcomes: the server will never accept one of them, and why. For example
 * `line 3: "status" takes success, failure`.
 */
export const REFUSED_HEADER = 'Timers-Refused';

/** Where outcomes are sent. */
export interface ForwardSettings {
  /** Absolute, http or https. */
  readonly url: string;
  /** Absolute; its content is sent as a bearer token. */
  readonly tokenFile?: string;
}
