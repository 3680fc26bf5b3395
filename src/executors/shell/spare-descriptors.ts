import { closeSync, constants, openSync } from 'node:fs';

/**
 * Descriptors that are reserved for future pipes, so that no command starts whose output could not be read. They are
 * kept until the system has no others, so that a burst does not open and close two for each command.
 */
export class SpareDescriptors {
  readonly #held: number[] = [];
  #claimed = 0;

  /** Makes sure that `count` more pipes can be opened. @throws Error with code EMFILE or ENFILE. */
  claim(count: number): void {
    while (this.#held.length < this.#claimed + count) this.#held.push(openSync('/dev/null', constants.O_RDONLY));
    this.#claimed += count;
  }

  /** Ends a claim, whether its pipes were opened or not. */
  unclaim(count: number): void {
    this.#claimed -= count;
    if (this.#claimed === 0) this.#held.splice(0).forEach(closeSync);
  }

  /** Opens a pipe of a claim for reading, without waiting for it. @throws Error of the system. */
  open(path: string): number {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    try {
      return openSync(path, flags);
    } catch (error) {
      const spare = isShortage(error) ? this.#held.pop() : undefined;
      if (spare === undefined) throw error;
      closeSync(spare);
      return openSync(path, flags);
    }
  }
}

const isShortage = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
