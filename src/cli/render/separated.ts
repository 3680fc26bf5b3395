/** Joins blocks of lines with an empty line between them. */
export const separated = (blocks: readonly (readonly string[])[]): readonly string[] =>
  blocks.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
