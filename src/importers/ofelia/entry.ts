import type { SourcePlace } from '../kind.js';

/** A parameter; one that is written several times has several values. */
export interface Parameter extends SourcePlace {
  readonly values: readonly string[];
}

/** An Ofelia job, from an INI file or from labels. */
export interface OfeliaJob extends SourcePlace {
  /** `job-exec`, `job-run`, `job-local`, `job-service-run`; `global` for settings of all jobs. */
  readonly type: string;
  readonly name: string;
  /** The parameters by their names in lowercase. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** The service of a compose file whose container the labels are on. */
  readonly service?: ComposeService;
}

export interface ComposeService {
  readonly name: string;
  /** `container_name`, if it is set. */
  readonly container?: string;
}

/** The contents of a file. */
export interface Entries {
  readonly entries: readonly OfeliaJob[];
  /** The variable `TZ` of the container that runs Ofelia. */
  readonly timezone?: string;
}
