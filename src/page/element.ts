import { visibleText } from './visible-text.js';

/**
 * What an element has in addition to its children: attributes, and listeners by the name of their event. `false` and
 * `undefined` omit the attribute.
 */
export interface Traits {
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
  readonly [attribute: string]: Attribute | Traits['on'];
}

type Attribute = string | number | boolean | undefined;

type Child = Node | string;

/** Creates an element. Strings are inserted as text, never as HTML. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  traits: Traits = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  give(element, traits);
  element.append(...children.map((child) => (typeof child === 'string' ? visibleText(child) : child)));
  return element;
}

/** Creates an element of a drawing. */
export function draw<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  traits: Traits = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  give(element, traits);
  element.append(...children.map((child) => (typeof child === 'string' ? visibleText(child) : child)));
  return element;
}

function give(element: Element, { on = {}, ...attributes }: Traits): void {
  for (const [name, value] of Object.entries(attributes as Readonly<Record<string, Attribute>>))
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : visibleText(String(value)));
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
}

/** Returns the element with an id, which index.html must contain. */
export function elementById<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`there is no #${id}`);
  return element;
}

/** Sets a text only if it differs, so that unchanged text is not read aloud or laid out again. */
export function say(element: Element, text: string): void {
  const shown = visibleText(text);
  if (element.textContent !== shown) element.textContent = shown;
}

/** Sets a text that may not fit; the tooltip shows all of it. */
export function sayWhole(element: Element, text: string): void {
  const shown = visibleText(text);
  if (element.textContent === shown) return;
  element.textContent = shown;
  element.setAttribute('title', shown);
}

/** Makes these the only children, in this order. Children that are in place do not move, so they keep the focus. */
export function arrange(parent: Element, children: readonly Element[]): void {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let place = parent.firstElementChild;
  for (const child of children) {
    if (child === place) place = place.nextElementSibling;
    else keepFocus(child, () => parent.insertBefore(child, place));
  }
}

function keepFocus(element: Element, move: () => void): void {
  const focused = document.activeElement;
  move();
  if (focused instanceof HTMLElement && element.contains(focused)) focused.focus({ preventScroll: true });
}

/** Creates a sign from the sprite in index.html. */
export const sign = (name: string): SVGSVGElement =>
  draw('svg', { class: 'sign', 'aria-hidden': 'true' }, draw('use', { href: `#sign-${name}` }));
