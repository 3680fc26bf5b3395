const TOKEN = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[^]*?\*\//g;

/** Replaces comments of JavaScript by blanks, as JSON files for Node often have them. Each line keeps its number. */
export const withoutJsonComments = (text: string): string =>
  text.replace(TOKEN, (token) => (token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token));
