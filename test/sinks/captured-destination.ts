import type { Destination, RecordKind } from '../../src/sinks/destination.js';

/** A destination that keeps what it is given. */
export class CapturedDestination implements Destination {
  readonly records: string[] = [];
  readonly kinds: RecordKind[] = [];
  tellDropped: (records: number) => void = () => undefined;

  write(record: string, kind: RecordKind): void {
    this.records.push(record);
    this.kinds.push(kind);
  }

  drained(): undefined {
    return undefined;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  onDropped(listener: (records: number) => void): void {
    this.tellDropped = listener;
  }
}
