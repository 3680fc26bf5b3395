import { describe, expect, test } from 'vitest';
import { reduce } from '../../../src/cli/commands/top/reduce.js';
import { shownRows } from '../../../src/cli/commands/top/rows.js';
import { inSeconds, line, NOW, run, status, tell, timer, TIMERS } from './scene.js';

const SIZE = { columns: 80, rows: 24 };
const MANY = Array.from({ length: 100 }, (_, index) => timer(`t${String(index).padStart(2, '0')}`));
const pressed = (...keys: readonly string[]) => tell(SIZE, TIMERS, ...keys);
const names = ({ view }: ReturnType<typeof tell>) => shownRows(view).map(({ timer: { task_name: name } }) => name);

describe('the selection', () => {
  test('is empty at first, so that no key affects a timer', () => {
    const { view, wishes } = pressed('t', 'p', 'P', 'c', 'o', 'enter');
    expect(wishes).toEqual([]);
    expect(view).toMatchObject({ selected: undefined, pane: undefined, mode: { kind: 'list' } });
    expect(view.said?.text).toContain('select a timer');
  });

  test('moves by rows and pages within the list, and the list scrolls along', () => {
    const at = (...keys: readonly string[]) => {
      const { view } = tell(SIZE, MANY, '2', ...keys);
      return [view.selected, view.top];
    };
    expect(at('down')).toEqual(['t00', 0]);
    expect(at('up')).toEqual(['t00', 0]);
    expect(at('down', 'down', 'down', 'up')).toEqual(['t01', 0]);
    expect(at('down', 'pagedown')).toEqual(['t19', 1]);
    expect(at('down', 'end')).toEqual(['t99', 81]);
    expect(at('end', 'down', 'j')).toEqual(['t99', 81]);
    expect(at('end', 'pageup')).toEqual(['t80', 80]);
    expect(at('end', 'home', 'k')).toEqual(['t00', 0]);
  });

  test('keeps the row order until another order is chosen or the selection is cleared', () => {
    const later = status([timer('paused', { next_at: inSeconds(9_999_999) })], { partial: true });
    const before = names(pressed());
    const held = tell(SIZE, TIMERS, 'down', 'down', { kind: 'status', record: later });
    expect(names(held)).toEqual(before);
    expect(names(tell(SIZE, TIMERS, { kind: 'status', record: later }))).not.toEqual(before);
    expect(names(tell(SIZE, TIMERS, 'down', { kind: 'status', record: later }, '2', '1'))).not.toEqual(before);
    const added = tell(SIZE, TIMERS, 'down', {
      kind: 'status',
      record: status([timer('new', { next_at: inSeconds(1) })], { partial: true }),
    });
    expect(names(added).at(-1)).toBe('new');
  });

  test('stays with its timer when the order changes', () => {
    const record = status([timer('queued', { next_at: inSeconds(9_999) })], { partial: true });
    const { view } = tell({ columns: 80, rows: 12 }, TIMERS, 'down', { kind: 'status', record });
    expect(view.selected).toBe('paused');
    const moved = status([timer('paused', { next_at: inSeconds(9_999_999) })], { partial: true });
    const after = tell({ columns: 80, rows: 12 }, TIMERS, 'down', { kind: 'status', record: moved }).view;
    expect([after.selected, after.top]).toEqual(['paused', 0]);
    const ordered = tell({ columns: 80, rows: 12 }, TIMERS, 'down', { kind: 'status', record: moved }, '2', '1').view;
    expect([ordered.selected, ordered.top]).toEqual(['paused', 1]);
  });

  test('disappears with its timer', () => {
    const { view } = tell(SIZE, TIMERS, 'down', { kind: 'status', record: status([timer('other')]) });
    expect(view.selected).toBeUndefined();
  });
});

test('a partial response replaces the timers that it contains, a complete one replaces all', () => {
  const one = timer('paused', { paused: null });
  const partial = tell(SIZE, TIMERS, { kind: 'status', record: status([one], { partial: true }) });
  expect(partial.view.timers.size).toBe(TIMERS.length);
  expect(partial.view.timers.get('paused')?.timer.paused).toBeNull();
  expect(tell(SIZE, TIMERS, { kind: 'status', record: status([one]) }).view.timers.size).toBe(1);
});

describe('the order', () => {
  test.each([
    ['1', ['paused', 'broken', 'backup', 'flaky']],
    ['2', ['a-name-that-is-longer-than-there-is-room', 'backup', 'broken', 'flaky']],
    ['3', ['broken', 'a-name-that-is-longer-than-there-is-room', 'backup', 'flaky']],
    ['4', ['broken', 'flaky', 'a-name-that-is-longer-than-there-is-room', 'backup']],
  ])('%s', (key, first) => {
    expect(names(pressed(key)).slice(0, 4)).toEqual(first);
  });

  test('s cycles through all orders', () => {
    const orders = [[], ['s'], ['s', 's'], ['s', 's', 's'], ['s', 's', 's', 's']].map(
      (keys) => pressed(...keys).view.order,
    );
    expect(orders).toEqual(['next', 'name', 'last', 'failing', 'next']);
  });
});

describe('the filter', () => {
  test('matches names and tags case-insensitively as you type, and its letters are not commands', () => {
    expect(names(pressed('/', 'Q', 'U'))).toEqual(['queued']);
    expect(names(pressed('/', 'n', 'i', 'g', 'h', 't'))).toEqual(['a-name-that-is-longer-than-there-is-room']);
    expect(pressed('down', '/', 't', 'q', 'p')).toMatchObject({ wishes: [], view: { filter: 'tqp' } });
  });

  test('is kept with Enter, undone with Escape, and removed with the next Escape', () => {
    expect(pressed('/', 'q', 'backspace', 'o', 'enter', 'down').view).toMatchObject({
      filter: 'o',
      mode: { kind: 'list' },
      selected: 'broken',
    });
    expect(pressed('/', 'q', 'enter', '/', 'x', 'ctrl-u', 'z', 'escape').view.filter).toBe('q');
    expect(pressed('/', 'q', 'enter', 'escape').view.filter).toBe('');
  });
});

describe('actions on the selected timer', () => {
  const selected = (...keys: readonly string[]) => pressed('2', 'down', 'down', ...keys);

  test('t triggers it', () => {
    expect(selected('t').wishes).toEqual([{ kind: 'trigger', name: 'backup' }]);
  });

  test('p pauses it until it is resumed, or resumes it if it is paused', () => {
    expect(selected('p').wishes).toEqual([{ kind: 'pause', name: 'backup' }]);
    expect(pressed('down', 'p').wishes).toEqual([{ kind: 'resume', name: 'paused' }]);
  });

  test('P asks for the length of the pause and reports an invalid one', () => {
    expect(selected('P', '1', 'h', 'enter').wishes).toEqual([{ kind: 'pause', name: 'backup', length: 3_600_000 }]);
    expect(selected('P', 'enter').wishes).toEqual([{ kind: 'pause', name: 'backup' }]);
    const wrong = selected('P', '5', 'enter');
    expect(wrong).toMatchObject({
      wishes: [],
      view: { mode: { kind: 'pause', text: '5' }, said: { isTrouble: true } },
    });
    expect(selected('P', '5', 'escape')).toMatchObject({ wishes: [], view: { mode: { kind: 'list' } } });
  });

  test('c cancels its active runs after confirmation with y', () => {
    expect(selected('c').view.mode).toEqual({ kind: 'cancel', name: 'backup', runs: 1 });
    expect(selected('c', 'y').wishes).toEqual([{ kind: 'cancel', name: 'backup' }]);
    for (const key of ['n', 'enter', 'escape', 't', 'q', 'Y']) expect(selected('c', key).wishes).toEqual([]);
    expect(pressed('down', 'c').view).toMatchObject({
      mode: { kind: 'list' },
      said: { text: 'paused has no active run' },
    });
  });
});

describe('the output pane', () => {
  test('takes half of the screen, all of it or none, and the followed timer changes with it', () => {
    const opened = tell(SIZE, TIMERS, '2', 'down', 'down', 'o');
    expect(opened).toMatchObject({
      view: { pane: { name: 'backup', isTall: false } },
      wishes: [{ kind: 'follow', name: 'backup' }],
    });
    expect(pressed('down', 'o', 'enter').view.pane?.isTall).toBe(true);
    expect(pressed('down', 'o', 'o', 'o')).toMatchObject({
      view: { pane: undefined },
      wishes: [
        { kind: 'follow', name: 'paused' },
        { kind: 'follow', name: undefined },
      ],
    });
  });

  test('follows the selection, and never shows the output of another timer', () => {
    const { view, wishes } = tell(
      SIZE,
      TIMERS,
      '2',
      'down',
      'down',
      'o',
      line('run.started'),
      'down',
      line('run.started'),
    );
    expect(view.pane).toEqual({ name: 'broken', isTall: false, lines: [] });
    expect(wishes).toEqual([
      { kind: 'follow', name: 'backup' },
      { kind: 'follow', name: 'broken' },
    ]);
  });

  test('has a bounded length', () => {
    const lines = Array.from({ length: 2_000 }, () => line('run.output', { line: 'x' }));
    expect(tell(SIZE, TIMERS, '2', 'down', 'down', 'o', ...lines).view.pane?.lines).toHaveLength(500);
  });

  test('is closed with Escape, which otherwise clears the selection', () => {
    expect(pressed('down', 'o', 'escape').view).toMatchObject({ pane: undefined, selected: 'paused' });
    expect(pressed('down', 'escape').view.selected).toBeUndefined();
  });
});

test('Ctrl-C quits at any prompt, and q quits except in text input', () => {
  for (const keys of [[], ['?'], ['/'], ['down', 'P'], ['2', 'down', 'down', 'c']])
    expect(pressed(...keys, 'ctrl-c').wishes.at(-1)).toEqual({ kind: 'quit' });
  for (const keys of [[], ['?']]) expect(pressed(...keys, 'q').wishes).toEqual([{ kind: 'quit' }]);
  expect(pressed('?', 'x').view.mode).toEqual({ kind: 'list' });
});

test('a response after a lost connection restores it', () => {
  const { view } = tell(
    SIZE,
    [timer('a', { runs: [run()] })],
    { kind: 'link', link: { kind: 'lost', since: NOW } },
    { kind: 'status', record: status([], { pid: 9 }) },
  );
  expect(view).toMatchObject({ link: { kind: 'up' }, scheduler: { pid: 9 } });
  expect(view.timers.size).toBe(0);
});

test('the uptime in the head does not depend on the clock of the scheduler', () => {
  const { view } = tell(SIZE, []);
  const record = status([], { started_at: inSeconds(3_600), uptime_ms: 90_000 });
  expect(reduce(view, { kind: 'status', record }).view.scheduler?.startedAt).toBe(NOW - 90_000);
});
