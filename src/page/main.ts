import type { LiveChange, LiveStatus, LiveTimer, OutcomeRecord } from '../domain/api-record.js';
import { Actions } from './actions.js';
import { Announcer } from './announcer.js';
import { Drawer } from './drawer.js';
import { elementById } from './element.js';
import { Head } from './page-header.js';
import { Model } from './model.js';
import { PauseDialog } from './pause-dialog.js';
import { RefusedError, Server } from './server.js';
import { Timeline } from './timeline.js';
import { TimersTable } from './timers-table.js';
import { Unlock } from './unlock.js';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 15_000;

const server = new Server();
const model = new Model();
const announcer = new Announcer();
const unlock = new Unlock(server, () => render());
const pauseDialog = new PauseDialog();
const actions = new Actions(server, {
  said: (sentence) => announcer.say(sentence, 'now'),
  unlock: (why, next) => unlock.ask(why, next),
  pause: (name) => pauseDialog.ask(name),
});
const table = new TimersTable(model, {
  opened: open,
  asked: (verb, name) => void actions[verb](name),
  reordered: () => timeline.refresh(table.shown, true),
});
const timeline: Timeline = new Timeline(model, server, { opened: open });
const drawer = new Drawer({
  model,
  server,
  actions,
  shown: (name) => history.replaceState(null, '', name === undefined ? '#' : `#timer=${encodeURIComponent(name)}`),
});
const head = new Head(model, {
  filtered: (trait) => table.show(trait),
  locked: () => unlock.lock(),
});

function open(name: string, outcome?: OutcomeRecord): void {
  drawer.open(name, outcome);
}

function render(): void {
  head.render(server.token !== undefined);
  table.setCanAct(model.isConnected && model.facts?.can_act !== false);
  table.render();
  drawer.render();
}

let isAwaited = false;
/** Renders once per frame, whatever arrives in the meantime. */
function renderSoon(): void {
  if (isAwaited) return;
  isAwaited = true;
  requestAnimationFrame(() => {
    isAwaited = false;
    render();
    timeline.refresh(table.shown);
  });
}

function heard(event: string, data: string): void {
  if (event === 'status') {
    model.takeAll(JSON.parse(data) as LiveStatus);
    const isFirst = elementById('timers', HTMLElement).childElementCount === 0;
    elementById('main', HTMLElement).hidden = false;
    if (isFirst) byAddress();
  } else if (event === 'change') {
    const change = JSON.parse(data) as LiveChange;
    for (const timer of change.timers) announceFailure(timer);
    model.take(change);
  }
  model.find();
  renderSoon();
}

function announceFailure({ task_name: name, failures_in_a_row: failures, last }: LiveTimer): void {
  const before = model.timers.get(name)?.failures_in_a_row ?? 0;
  if (failures === 1 && before === 0) announcer.say(`${name} failed: ${last?.cause ?? ''}`, 'in turn');
  if (failures === 0 && before > 0) announcer.say(`${name} works again.`, 'in turn');
}

/** Listens only while the page is visible, because a browser allows only six connections to a server. */
async function watch(): Promise<never> {
  let pause = FIRST_PAUSE;
  for (;;) {
    await visible();
    const stop = new AbortController();
    const hide = () => {
      if (document.hidden) stop.abort();
    };
    document.addEventListener('visibilitychange', hide);
    try {
      await server.listen(
        'api/events',
        ({ event, data }) => {
          pause = FIRST_PAUSE;
          heard(event, data);
        },
        stop.signal,
      );
    } catch (error) {
      if (error instanceof RefusedError && (error.status === 401 || error.status === 403)) await letIn(error);
      // Otherwise, the scheduler is unreachable. The page shows that, and retries.
    }
    document.removeEventListener('visibilitychange', hide);
    model.lose();
    renderSoon();
    if (!document.hidden) await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(LONGEST_PAUSE, pause * 2);
  }
}

/** Asks for the token. Resolves when another try makes sense; never, if the user did not enter the token. */
async function letIn({ status, message }: RefusedError): Promise<void> {
  const why = server.token === undefined ? 'This scheduler requires its token.' : 'The token has changed.';
  server.token = undefined;
  const isWanted = status === 401;
  if (isWanted && (await unlock.ask(why))) return;
  model.lose();
  render();
  head.refuse(message);
  if (isWanted) await new Promise(() => undefined);
}

const visible = (): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (document.hidden) return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    look();
  });

function byAddress(): void {
  const [, name] = /^#timer=(.+)$/.exec(location.hash) ?? [];
  if (name !== undefined) drawer.open(decodeURIComponent(name));
}

addEventListener('hashchange', byAddress);
setInterval(() => {
  if (document.hidden) return;
  table.tick();
  drawer.render();
  timeline.refresh(table.shown);
}, 1_000);
void watch();
