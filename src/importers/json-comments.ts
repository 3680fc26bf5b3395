const TOKEN = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[^]*?\*\//g;

/** Replaces JavaScript comments, which JSON files for Node often contain, with blanks. Each line keeps its number. */
export const withoutJsonComments = (text: string): string =>
  text.replace(TOKEN, (token) => (token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token));
