/** `1 run`, `2 runs`; with its own plural `1 process`, `2 processes`. */
export const counted = (number: number, noun: string, plural = `${noun}s`): string =>
  `${number} ${number === 1 ? noun : plural}`;
