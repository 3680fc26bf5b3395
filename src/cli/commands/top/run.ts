import { LostError, RefusalError } from '../../../control/index.js';
import type { Clock } from '../../../domain/clock.js';
import { SECOND, type Cancel, type Duration, type Instant } from '../../../domain/time.js';
import type { Reached } from '../../reach-scheduler.js';
import { terminalStyle, type TerminalStyle } from './render/terminal-style.js';
import { renderTop } from './render/index.js';
import type { Terminal } from '../../terminal.js';
import { carryOut } from './carry-out.js';
import { Link } from './scheduler-link.js';
import { reduce, type Input } from './reduce.js';
import { Screen } from './screen.js';
import { emptyView, type View, type Wish } from './view.js';

/** How soon a change is drawn, in ms: almost immediately after a key, at most four times a second after an update. */
const SOON: Duration = 15;
const CALM: Duration = 250;
/** How long a scheduler may send nothing before that is reported. */
const SILENCE: Duration = 3 * SECOND;
/** How long a process may take to stop after SIGTSTP. */
const SUSPENDED: Duration = 50;

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/** Shows the live view until you quit. Returns the exit code; a signal ends the process as it would without a view. */
export async function runTop(
  reached: Reached,
  { terminal, clock }: { terminal: Terminal; clock: Clock },
): Promise<number> {
  const timezone = await reached.zone();
  const screen = new Screen();
  const top = new Top(reached, { terminal, clock, screen, timezone });
  let release: Cancel = () => undefined;
  try {
    const signal = await new Promise<NodeJS.Signals | undefined>((resolve, reject) => {
      release = watchProcess({ signaled: resolve, crashed: reject });
      top.show({ quit: () => resolve(undefined), crashed: reject });
    });
    if (signal === undefined) return 0;
    top.close();
    release();
    process.kill(process.pid, signal);
    // Reached only if the signal is ignored.
    return 1;
  } finally {
    top.close();
    release();
  }
}

/** Handles signals and uncaught errors, which would otherwise end the process without restoring its terminal. */
function watchProcess(told: {
  readonly signaled: (signal: NodeJS.Signals) => void;
  readonly crashed: (error: unknown) => void;
}): Cancel {
  for (const signal of SIGNALS) process.on(signal, told.signaled);
  process.on('uncaughtException', told.crashed);
  return () => {
    for (const signal of SIGNALS) process.off(signal, told.signaled);
    process.off('uncaughtException', told.crashed);
  };
}

/** What to call when the view ends. */
interface Ended {
  readonly quit: () => void;
  readonly crashed: (error: unknown) => void;
}

interface Around {
  /** The zone of times on the screen. */
  readonly timezone: string;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly screen: Screen;
}

/** Turns keys, clock ticks and updates into inputs, and requested actions into calls. */
class Top {
  readonly #clock: Clock;
  readonly #screen: Screen;
  readonly #link: Link;
  readonly #look: TerminalStyle;
  #view: View;
  #ended: Ended = { quit: () => undefined, crashed: () => undefined };
  /** The scheduler's time in its last status, and the monotonic time at which that status arrived. */
  #told: { readonly now: Instant; readonly at: Duration };
  #drawnAt: Duration = -Infinity;
  /** When the next drawing is due. */
  #drawing: { readonly due: Duration; readonly cancel: Cancel } | undefined;
  #releases: readonly Cancel[] = [];
  #tick: Cancel = () => undefined;

  constructor({ client, file, connect }: Reached, { terminal, clock, screen, timezone }: Around) {
    this.#clock = clock;
    this.#screen = screen;
    this.#told = { now: clock.now(), at: clock.monotonic() };
    this.#view = emptyView(file, screen.size, clock.now());
    this.#look = terminalStyle(terminal, timezone);
    this.#link = new Link(
      { client, connect },
      {
        status: (record) => {
          this.#told = { now: Date.parse(record.now), at: clock.monotonic() };
          const wasLost = this.#view.link.kind === 'lost';
          this.#take({ kind: 'status', record });
          if (wasLost) this.#say(`the scheduler is back, pid ${record.pid}`);
        },
        lost: () => this.#take({ kind: 'link', link: { kind: 'lost', since: this.#now() } }),
        followed: (name, line) => this.#take({ kind: 'followed', name, line }),
        refused: (reason) => this.#say(reason, true),
      },
    );
  }

  show(ended: Ended): void {
    this.#ended = ended;
    const screen = this.#screen;
    screen.enter();
    this.#releases = [
      screen.onKey((key) => this.#take({ kind: 'key', key }, SOON)),
      screen.onResize((size) => {
        screen.forget();
        this.#take({ kind: 'resized', size }, SOON);
      }),
      screen.onGone(ended.quit),
      screen.onContinue(() => this.#draw(SOON)),
    ];
    this.#turn();
  }

  /** Can be called any number of times. */
  close(): void {
    this.#screen.leave();
    this.#tick();
    this.#drawing?.cancel();
    this.#link.close();
    for (const release of this.#releases) release();
    this.#releases = [];
  }

  /** Updates the view once a second, aligned with the scheduler's seconds. */
  #turn(): void {
    const now = this.#now();
    this.#take({ kind: 'tick', now });
    const silence = this.#clock.monotonic() - this.#told.at;
    if (silence > SILENCE && this.#view.link.kind === 'up')
      this.#take({ kind: 'link', link: { kind: 'silent', since: now - silence } });
    this.#attempt(this.#link.look());
    this.#tick = this.#clock.after(SECOND - (this.#now() % SECOND), () => this.#turn());
  }

  #now(): Instant {
    return Math.floor(this.#told.now + (this.#clock.monotonic() - this.#told.at));
  }

  #take(input: Input, delay: Duration = CALM): void {
    const { view, wishes } = reduce(this.#view, input);
    this.#view = view;
    for (const wish of wishes) this.#fulfil(wish);
    this.#draw(delay);
  }

  #fulfil(wish: Wish): void {
    switch (wish.kind) {
      case 'quit':
        this.#ended.quit();
        return;
      case 'redraw':
        this.#screen.forget();
        return;
      case 'suspend':
        this.#screen.leave();
        process.kill(0, 'SIGTSTP');
        this.#clock.after(SUSPENDED, () => {
          this.#screen.enter();
          this.#draw(SOON);
        });
        return;
      case 'follow':
        this.#attempt(this.#link.follow(wish.name));
        return;
      default:
        this.#attempt(this.#do(wish));
    }
  }

  async #do(wish: Parameters<typeof carryOut>[1]): Promise<void> {
    try {
      this.#say(await carryOut(this.#link, wish, { now: this.#now(), zone: this.#look.zone }));
      await this.#link.look();
    } catch (error) {
      if (!(error instanceof RefusalError || error instanceof LostError)) throw error;
      this.#say(error.message, true);
    }
  }

  #say(text: string, isTrouble = false): void {
    this.#take({ kind: 'said', said: { text, isTrouble } }, SOON);
  }

  /** Runs an action in the background. Only a bug makes `deed` reject, and ends the view. */
  #attempt(deed: Promise<void>): void {
    deed.catch((error: unknown) => this.#ended.crashed(error));
  }

  /** Draws after `delay`. An update also waits for the pause that follows the last drawing. */
  #draw(delay: Duration): void {
    const now = this.#clock.monotonic();
    const due = delay === CALM ? Math.max(now + SOON, this.#drawnAt + CALM) : now + delay;
    if (this.#drawing !== undefined && this.#drawing.due <= due) return;
    this.#drawing?.cancel();
    const cancel = this.#clock.after(due - now, () => {
      this.#drawing = undefined;
      this.#drawnAt = this.#clock.monotonic();
      this.#screen.draw(renderTop(this.#view, this.#look));
    });
    this.#drawing = { due, cancel };
  }
}
