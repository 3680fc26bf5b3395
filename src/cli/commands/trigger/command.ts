import { Option } from 'commander';
import { withFile, withJson, withState, type FileOption, type JsonOption, type StateOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

interface TriggerOptions extends FileOption, StateOption, JsonOption {
  readonly wait?: true;
  readonly overlap?: string;
}

/** Fires a timer of the running scheduler manually. */
export const trigger: CommandKind = {
  name: 'trigger',
  group: 'operate',
  summary: 'Fire a timer of the running scheduler now',
  details:
    'Fires the timer regardless of its schedule, even while it is paused or its breaker is open. The scheduler never ' +
    'waits for --wait: lines that come too fast are left out and reported. The exit status stays that of the command.',
  since: '0.1.0',
  examples: [
    { line: 'timers trigger backup', does: 'Start it and return' },
    { line: 'timers trigger backup --wait', does: 'Follow its output and exit with its exit status' },
    { line: 'timers trigger backup --overlap allow', does: 'Run it alongside an active run' },
  ],
  // As if SIGPIPE had ended the program, because the run has not ended yet.
  whenUnread: 141,
  configure(command) {
    withJson(withState(withFile(command)), 'one JSON object; with --wait, the records of the log')
      .argument('<name>', 'Timer')
      .option('--wait', 'Show its output and exit with its exit status, as timers run does')
      .addOption(
        new Option('--overlap <kind>', "Overlap rule to use instead of the timer's").choices([
          'skip',
          'queue',
          'allow',
          'replace',
        ]),
      );
    return async (terminal, args) => {
      const { wait, ...options } = command.opts<TriggerOptions>();
      const name = String(args[0]);
      const asked = { name, ...(options.overlap !== undefined && { overlap: options.overlap }) };
      const { withScheduler } = await import('../../reach-scheduler.js');
      const { triggerAndGo, triggerAndWait } = await import('./trigger.js');
      const printing = { terminal, asJson: options.json === true };
      return withScheduler(terminal, options, (reached) =>
        wait ? triggerAndWait(reached, asked, printing) : triggerAndGo(reached, asked, printing),
      );
    };
  },
};
