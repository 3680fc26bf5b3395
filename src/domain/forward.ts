/** Where outcomes are sent. */
export interface ForwardSettings {
  /** Absolute, http or https. */
  readonly url: string;
  /** Absolute; its content is sent as a bearer token. */
  readonly tokenFile?: string;
}
