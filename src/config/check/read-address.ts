import type { Code } from '../text/codes/index.js';
import { nearest } from '../../text/nearest.js';
import { PLACEHOLDERS, placeholdersIn } from '../../monitors/index.js';

/** An error in an address. */
export interface AddressFault {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}

const EXAMPLE = 'For example: https://hc-ping.com/your-uuid';

/**
 * Returns what is wrong with a web address; `undefined` if it is valid. An address often contains a secret, so messages
 * do not repeat it.
 */
export function addressFault(written: string, mayHold: 'placeholders' | 'none'): AddressFault | undefined {
  const unknown = mayHold === 'placeholders' ? unknownPlaceholder(written) : undefined;
  if (unknown) return unknown;
  const sample = mayHold === 'placeholders' ? written.replaceAll(/\{[a-z_]+\}/g, 'x') : written;
  if (!URL.canParse(sample)) {
    const hint = /^[\w.-]+\.[a-z]{2,}(?:[:/]|$)/i.test(written) ? 'Write https:// before it.' : EXAMPLE;
    return { code: 'bad-address', message: 'This is not a web address.', hint };
  }
  if (!/^https?:$/.test(new URL(sample).protocol))
    return { code: 'bad-address', message: 'The address must begin with https:// or http://.', hint: EXAMPLE };
  if (/^[a-z]+:\/*[^/?#]*\{/i.test(written))
    return {
      code: 'bad-address',
      message: 'Placeholders do not work in the host of an address.',
      hint: 'Write out the host.',
    };
  return undefined;
}

/** Describes an unknown placeholder; `undefined` if all are known. */
export function unknownPlaceholder(text: string): AddressFault | undefined {
  const unknown = placeholdersIn(text).find((name) => !(PLACEHOLDERS as readonly string[]).includes(name));
  if (unknown === undefined) return undefined;
  const meant = PLACEHOLDERS.find((known) => known.startsWith(unknown)) ?? nearest(unknown, PLACEHOLDERS);
  return {
    code: 'unknown-placeholder',
    message: `{${unknown.slice(0, 40)}} is not a placeholder.`,
    hint: meant === undefined ? `The placeholders are {${PLACEHOLDERS.join('}, {')}}.` : `Did you mean {${meant}}?`,
  };
}
