/** Returns a number with its noun: `1 run`, `2 runs`. Pass `plural` if adding an s is not enough: `2 processes`. */
export const counted = (number: number, noun: string, plural = `${noun}s`): string =>
  `${number} ${number === 1 ? noun : plural}`;
