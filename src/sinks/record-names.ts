/** The names of the fields that a form of the log treats specially. */
export interface RecordNames {
  readonly timestamp: string;
  readonly level: string;
  readonly host: string;
  readonly message: string;
  /** A line of output. Absent if only the message contains the line. */
  readonly line?: string;
  readonly data: string;
  readonly truncated: string;
}

export const JSON_NAMES: RecordNames = {
  timestamp: 'timestamp',
  level: 'level',
  host: 'host',
  message: 'msg',
  line: 'line',
  data: 'data',
  truncated: 'truncated',
};
