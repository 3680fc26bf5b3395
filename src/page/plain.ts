// Marks that turn the direction of what follows, or hold it: by them a text can look like another.
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text with marks of writing direction made visible: `⟨U+202E⟩`. Letters of right-to-left scripts stay as they are. */
export const plain = (text: string): string =>
  text.replace(TURNS, (mark) => `⟨U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
