import type { Destination, RecordKind } from '../../src/sinks/destination.js';

/** A destination that stores what it receives. */
export class CapturedDestination implements Destination {
  readonly records: string[] = [];
  readonly kinds: RecordKind[] = [];
  readonly counts: number[] = [];
  tellDropped: (records: number) => void = () => undefined;

  write(records: string, kind: RecordKind, count = 1): void {
    this.records.push(records);
    this.counts.push(count);
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
