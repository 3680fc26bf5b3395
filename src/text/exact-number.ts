const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Matches a number that a double may not hold exactly. A double holds every number of up to 15 digits. */
const SUSPECT = /\d[\d.]{15}|\d[eE]/;

/**
 * Returns the first number in a JSON text that a double cannot hold exactly, as written: 9007199254740993, 1e400.
 * Returns `undefined` if there is none.
 */
export function inexactNumber(json: string): string | undefined {
  if (!SUSPECT.test(json)) return undefined;
  for (const [token] of json.matchAll(TOKENS)) {
    if (!token.startsWith('"') && SUSPECT.test(token) && !isExact(token)) return token;
  }
  return undefined;
}

function isExact(written: string): boolean {
  const value = Number(written);
  return Number.isFinite(value) && normalized(written) === normalized(String(value));
}

/**
 * Returns the digits without zeros at either end, and the power of ten of the last digit. Equal numbers give equal
 * results.
 */
function normalized(written: string): string {
  const [mantissa = '', power = '0'] = written.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const sign = mantissa.startsWith('-') ? '-' : '';
  return `${sign}${significant}e${Number(power) - fraction.length + digits.length - significant.length}`;
}
