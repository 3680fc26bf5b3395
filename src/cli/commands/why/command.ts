import { withFile, withJson, withState, withZone, type JsonOption } from '../../options.js';
import type { WhyOptions } from './why-timer.js';
import type { CommandKind } from '../../command.js';

/** Why a timer ran at a time, or did not. */
export const why: CommandKind = {
  name: 'why',
  summary: 'say why a timer ran at a time, or why it did not',
  examples: [
    { line: 'timers why backup', does: 'its last firing: what became of it' },
    { line: 'timers why backup --at 03:00', does: 'the latest 03:00, of today or yesterday' },
    { line: "timers why backup --at '2026-11-22 03:00'", does: 'that minute: a firing or not, field by field' },
  ],
  configure(command) {
    withJson(withZone(withState(withFile(command))).argument('<name>', 'the timer'), 'one object').option(
      '--at <time>',
      'RFC 3339, a local time in the file’s zone, 03:00, yesterday 03:00, or back from now (2h); without it the last firing',
    );
    return async (terminal, args) => {
      const options = command.opts<WhyOptions & JsonOption>();
      const { createSystemClock } = await import('../../../clocks/system.js');
      const { whyTimer } = await import('./why-timer.js');
      const answer = await whyTimer(terminal, args[0] as string, { ...options, now: createSystemClock().now() });
      if (answer === undefined) return 1;
      const { printWhy } = await import('./render.js');
      printWhy(answer, { terminal, asJson: options.json === true });
      return answer.isUnread ? 1 : 0;
    };
  },
};
