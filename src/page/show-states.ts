import { make, sayWhole, sign } from './element.js';
import type { State } from './state.js';

/** Renders states as signs with words. */
export function showStates(parent: Element, states: readonly State[]): void {
  for (const [index, { sign: name, word, tone }] of states.entries()) {
    const key = `${name} ${tone}`;
    let badge = parent.children[index];
    if (badge?.getAttribute('data-key') !== key) {
      const fresh = make('span', { class: `state ${tone}`, 'data-key': key }, sign(name), make('span'));
      if (badge === undefined) parent.append(fresh);
      else badge.replaceWith(fresh);
      badge = fresh;
    }
    if (badge.lastElementChild) sayWhole(badge.lastElementChild, word);
  }
  while (parent.children.length > states.length) parent.lastElementChild?.remove();
}
