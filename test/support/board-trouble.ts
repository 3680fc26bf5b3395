import type { BoardTrouble } from '../../src/stores/shared/board.js';

/** How a request to a board failed; `{ done }` with its result if it did not. */
export const troubleOf = (request: Promise<unknown>): Promise<unknown> =>
  request.then(
    (value) => ({ done: value }),
    (error: unknown) => {
      const { name, kind, message } = error as BoardTrouble;
      return { name, kind, message };
    },
  );
