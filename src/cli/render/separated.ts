/** Blocks of lines with an empty line between each two. */
export const separated = (blocks: readonly (readonly string[])[]): readonly string[] =>
  blocks.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
