import { Option } from 'commander';
import { withFile, withJson, withState, type FileOption, type JsonOption, type StateOption } from '../../options.js';
import type { CommandKind } from '../../command.js';

interface TriggerOptions extends FileOption, StateOption, JsonOption {
  readonly wait?: true;
  readonly overlap?: string;
}

/** A firing by hand, in the running scheduler. */
export const trigger: CommandKind = {
  name: 'trigger',
  summary: 'fire a timer of the running scheduler now, whatever its schedule, a pause or its breaker say',
  examples: [
    { line: 'timers trigger backup', does: 'and go' },
    { line: 'timers trigger backup --wait', does: 'follow its output, and exit as it does' },
    { line: 'timers trigger backup --overlap allow', does: 'beside a run that is on' },
  ],
  // As a program that SIGPIPE ends: how the run ends is not known yet.
  whenUnread: 141,
  configure(command) {
    withJson(withState(withFile(command)), 'one object; with --wait the records of the log,')
      .argument('<name>', 'the timer')
      .option('--wait', 'show its output and exit with its exit status, as timers run does')
      .addOption(
        new Option('--overlap <kind>', 'in place of the timer’s own rule').choices([
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
      const { withScheduler } = await import('../../connect.js');
      const { triggerAndGo, triggerAndWait } = await import('./trigger.js');
      const printing = { terminal, asJson: options.json === true };
      return withScheduler(terminal, options, (reached) =>
        wait ? triggerAndWait(reached, asked, printing) : triggerAndGo(reached, asked, printing),
      );
    };
  },
};
