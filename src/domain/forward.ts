/**
 * The response header of a server that will never accept one of the outcomes in a request. The value says which one,
 * and why: `line 3: "status" takes success, failure`.
 */
export const REFUSED_HEADER = 'Timers-Refused';

/** Where outcomes are sent. */
export interface ForwardSettings {
  /** Absolute, http or https. */
  readonly url: string;
  /** Absolute; its content is sent as a bearer token. */
  readonly tokenFile?: string;
}
