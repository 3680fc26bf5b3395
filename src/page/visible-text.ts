import { visible } from '../text/visible.js';

/**
 * Makes hidden characters of a text visible (`<U+202E>`), so that different texts never look alike. Line ends stay, and
 * so do letters of right-to-left scripts.
 */
export const visibleText = (text: string): string => text.split('\n').map(visible).join('\n');
