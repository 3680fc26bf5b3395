import { HOUR, MINUTE } from '../domain/time.js';
import { make } from './element.js';

const LENGTHS: readonly (readonly [string, number])[] = [
  ['until it is resumed', 0],
  ['for 15 min', 15 * MINUTE],
  ['for 1 h', HOUR],
  ['for 8 h', 8 * HOUR],
  ['for 24 h', 24 * HOUR],
];

/** Asks how long a timer is to be paused, and why. */
export function pauseForm(paused: (how: { for_ms?: number; reason?: string }) => void): HTMLElement {
  const length = make(
    'select',
    {},
    ...LENGTHS.map(([words, milliseconds]) => make('option', { value: milliseconds }, words)),
  );
  const reason = make('input', { type: 'text', maxlength: 200, autocomplete: 'off' });
  const details = make('details', { class: 'pause' });
  const submit = (event: Event) => {
    event.preventDefault();
    details.open = false;
    const milliseconds = Number(length.value);
    paused({
      ...(milliseconds > 0 && { for_ms: milliseconds }),
      ...(reason.value.trim() !== '' && { reason: reason.value.trim() }),
    });
  };
  details.append(
    make('summary', { class: 'button' }, 'Pause…'),
    make(
      'form',
      { on: { submit } },
      make('label', { class: 'field' }, 'How long ', length),
      make('label', { class: 'field' }, 'Reason ', reason),
      make('button', { type: 'submit', class: 'main' }, 'Pause'),
    ),
  );
  return details;
}
