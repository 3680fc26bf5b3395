/** What a scheduler has taken of its timer file, for commands that cannot read the file now. JSON-safe; no command, no secret. */
export interface TakenFile {
  /** IANA name. */
  readonly timezone: string;
  /** The path of its state; `null` in memory. */
  readonly state: string | null;
  /** What `in` counts from; `null` before the start. */
  readonly started_at: string | null;
  /** In the order of the file. */
  readonly timers: readonly {
    readonly task_name: string;
    /** As {@link Job.definition}, of the keys that say when it runs. */
    readonly definition: Readonly<Record<string, string>>;
  }[];
}
