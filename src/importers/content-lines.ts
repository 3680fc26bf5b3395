/** The maximum number of lines: enough to recognize a format. A crontab may have many thousands of lines. */
const ENOUGH = 1000;

/** Returns the first lines of a file that are neither empty nor comments. */
export const contentLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*#/.test(line))
    .slice(0, ENOUGH);
