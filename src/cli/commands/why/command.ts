import { withFile, withJson, withState, withZone, type JsonOption } from '../../options.js';
import type { WhyOptions } from './why-timer.js';
import type { CommandKind } from '../../command.js';

/** Explains why a timer ran at a time, or did not. */
export const why: CommandKind = {
  name: 'why',
  group: 'look back',
  summary: 'Explain why a timer ran, or did not run, at a given time',
  since: '0.1.0',
  examples: [
    { line: 'timers why backup', does: 'Explain its last firing' },
    { line: 'timers why backup --at 03:00', does: 'Explain the latest 03:00, of today or yesterday' },
    {
      line: "timers why backup --at '2026-11-22 03:00'",
      does: 'Explain that minute field by field, with or without a firing',
    },
  ],
  configure(command) {
    withJson(withZone(withState(withFile(command))).argument('<name>', 'Timer'), 'one JSON object').option(
      '--at <time>',
      'Time to explain, such as 03:00, yesterday 03:00, 2027-01-01 00:00 or 2h for 2 hours ago (default: the last firing)',
    );
    return async (terminal, args) => {
      const options = command.opts<WhyOptions & JsonOption>();
      const { createSystemClock } = await import('../../../clocks/system.js');
      const { whyTimer } = await import('./why-timer.js');
      const answer = await whyTimer(terminal, args[0] as string, { ...options, clock: createSystemClock() });
      if (answer === undefined) return 1;
      const { printWhy } = await import('./render.js');
      printWhy(answer, { terminal, asJson: options.json === true });
      return answer.isUnread ? 1 : 0;
    };
  },
};
