/**
 * What a scheduler loaded from its timer file, for commands that cannot read the file. JSON-safe; without commands and
 * secrets.
 */
export interface LoadedFile {
  /** IANA name. */
  readonly timezone: string;
  /** The path of its state file; `null` if the state is in memory or shared. */
  readonly state: string | null;
  /** What `in` counts from; `null` before the start. */
  readonly started_at: string | null;
  /** In the order of the file. */
  readonly timers: readonly {
    readonly task_name: string;
    /** As {@link Job.definition}, limited to the keys that determine when it runs. */
    readonly definition: Readonly<Record<string, string>>;
  }[];
}
