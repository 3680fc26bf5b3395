import { withFile, withJson, type FileOption, type JsonOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

interface ExplainOptions extends FileOption, JsonOption {
  readonly timezone?: string;
  readonly count?: string;
}

const DEFAULT_COUNT = 5;

/** Explains a schedule in plain words. */
export const explain: CommandKind = {
  name: 'explain',
  group: 'look ahead',
  summary: 'Explain a timer or a cron expression in plain words',
  since: '0.1.0',
  examples: [
    { line: 'timers explain backup', does: 'Explain one timer' },
    {
      line: "timers explain '30 2 * * MON-FRI'",
      does: 'Explain an expression; the quotes keep the shell from expanding *',
    },
    { line: "timers explain '0 9 * * *' --timezone America/New_York -n 3", does: 'Read it in another zone' },
  ],
  configure(command) {
    withJson(withFile(command).argument('<what...>', 'Name of a timer, or a cron expression'), 'one JSON object')
      .option(
        '--timezone <zone>',
        'Time zone of the expression, or of the firings shown (default: from the timer, the file or the system)',
      )
      .option('-n, --count <n>', 'Number of firings', String(DEFAULT_COUNT));
    return async (terminal, args) => {
      const options = command.opts<ExplainOptions>();
      const { createSystemClock } = await import('../../../clocks/system.js');
      const { readCount } = await import('../../arguments.js');
      const { explainWords } = await import('./explain.js');
      const { printExplanation } = await import('./render.js');
      const now = createSystemClock().now();
      const explanation = await explainWords(terminal, args[0] as readonly string[], {
        now,
        count: readCount(options.count) ?? DEFAULT_COUNT,
        file: options.file,
        timezone: options.timezone,
      });
      if (explanation === undefined) return 1;
      printExplanation(explanation, { terminal, now, asJson: options.json === true });
      return 0;
    };
  },
};
