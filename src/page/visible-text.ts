import { visible } from '../text/visible.js';

/**
 * A text whose hidden characters are visible (`<U+202E>`), so that none looks like another. Line ends stay, and so do
 * letters of right-to-left scripts.
 */
export const visibleText = (text: string): string => text.split('\n').map(visible).join('\n');
