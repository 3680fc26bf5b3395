import { visible } from '../text/visible.js';

/** A text whose hidden characters are shown (`<U+202E>`), so that none looks like another. Line ends stay; letters of right-to-left scripts do, too. */
export const plain = (text: string): string => text.split('\n').map(visible).join('\n');
