import { isRefusalCode, RefusalError, type Args } from '../../control/index.js';
import { BoardTrouble, reasonOf, type Mailbox } from '../../stores/shared/index.js';
import type { SharedState } from './open.js';

/** Verbs that only the active machine can execute. */
export const FOR_ACTIVE: ReadonlySet<string> = new Set([
  'status',
  'events',
  'add',
  'trigger',
  'pause',
  'resume',
  'cancel',
  'reset',
  'reload',
]);

/** What a request to the active machine needs. */
interface AskingParts {
  readonly shared: SharedState;
  readonly mailbox: Mailbox;
  /** The name of the active machine; `undefined` if none is known. */
  readonly active: string | undefined;
}

/**
 * Arguments that mean nothing on another machine, because clocks and folders differ. The mailbox has its own time
 * limit.
 */
const FOR_THIS_MACHINE: ReadonlySet<string> = new Set(['expires_at', 'cwd']);

/** Asks the active machine to execute a verb, at most once. @throws RefusalError */
export async function askActive(
  { shared, mailbox, active = 'the active machine' }: AskingParts,
  verb: string,
  args: Args,
): Promise<unknown> {
  const rest = Object.fromEntries(Object.entries(args).filter(([name]) => !FOR_THIS_MACHINE.has(name)));
  const { board, node, newId } = shared;
  const outcome = await mailbox.ask(newId(), { verb, args: rest, from: node }).catch((error: unknown) => {
    if (!(error instanceof BoardTrouble)) throw error;
    const why = `the shared state ${board.place} cannot be used: ${reasonOf(error, board)}`;
    throw new RefusalError('unavailable', `${why}. It is not known whether the request was executed`);
  });
  switch (outcome.kind) {
    case 'done':
      return outcome.answer;
    case 'refused':
      throw new RefusalError(isRefusalCode(outcome.code) ? outcome.code : 'internal', outcome.message);
    case 'not_taken':
      throw new RefusalError(
        'unavailable',
        `${active} did not accept the request within 10 s, and will not execute it: try again`,
      );
    case 'no_reply':
      throw new RefusalError(
        'unavailable',
        `${active} accepted the request but sent no reply, so it may have been executed. It will not be executed later: see timers status`,
      );
  }
}
