import { withFile, withJson, withLog, withState, withZone, type FileOption, type LogOptions } from '../../options.js';
import { Option } from 'commander';
import { UsageError, type CommandKind } from '../../command.js';
import type { Clock } from '../../../domain/clock.js';
import type { Terminal } from '../../terminal.js';
import type { FromOptions } from './load-from-server.js';

interface StartOptions extends FileOption, LogOptions, FromOptions {
  readonly keepAlive?: true;
  readonly watch?: true;
  readonly json?: true;
  readonly launcher?: 'auto' | 'execa';
}

/** Runs in the foreground until stopped, or until no timer can fire again. */
export const start: CommandKind = {
  name: 'start',
  group: 'run',
  summary: 'Run the timers of a file until you stop them',
  since: '0.1.0',
  examples: [
    { line: 'timers start', does: 'Use the nearest timer file; the log is pretty on a terminal' },
    { line: 'timers start -f jobs.yaml --log-format json', does: 'Log one JSON object per line, as in a container' },
    { line: 'timers start --watch', does: 'Reload the file whenever it is saved' },
    { line: 'timers start --from https://timers.example.org/edge-7.yaml', does: 'Load the file from a server' },
    { line: 'timers start --keep-alive', does: 'Keep running even if no timer can fire again' },
  ],
  hasFlushed: true,
  configure(command) {
    withJson(withZone(withState(withLog(withFile(command)))), 'the log as JSON')
      .option('--keep-alive', 'Keep running even if no timer can fire again')
      .option('--watch', 'Reload the file whenever it changes, as timers reload does')
      .addOption(
        new Option('--from <url>', 'Load the file from a server, and keep its last good copy').conflicts([
          'file',
          'watch',
        ]),
      )
      .option('--every <duration>', 'How often to poll the --from server (default: 1m)')
      .option(
        '--token-file <path>',
        'File with the token, or with the password of the user in the URL, for the --from server',
      )
      .option('--verify-key <path>', 'Ed25519 public key (PEM) that verifies the signature of the --from file')
      .addOption(
        new Option('--launcher <name>', 'What starts commands (default: "launcher" in the file)').choices([
          'auto',
          'execa',
        ]),
      );
    return async (terminal) => {
      const options = command.opts<StartOptions>();
      const { createSystemClock } = await import('../../../clocks/system.js');
      const clock = createSystemClock();
      const loaded = await load(terminal, options, clock);
      if (loaded?.timerFile === undefined) return 1;
      const { nonBlocking } = await import('../../non-blocking-terminal.js');
      const said = nonBlocking(terminal, clock);
      const { runInForeground } = await import('./foreground.js');
      const exitCode = await runInForeground(loaded.timerFile, said, {
        clock,
        log: options.json ? { ...options, logFormat: 'json' } : options,
        // A file without timers does not end the scheduler, because the server may send some at any time.
        keepAlive: options.keepAlive === true || options.from !== undefined,
        state: options.state,
        watches: options.watch === true,
        launcher: options.launcher,
        origin: loaded.origin,
      });
      await said.flush();
      return exitCode;
    };
  },
};

/** Loads the timer file from this machine or from a server. */
async function load(terminal: Terminal, options: StartOptions, clock: Clock) {
  if (options.from !== undefined) {
    const { loadFrom } = await import('./load-from-server.js');
    return loadFrom(options.from, terminal, { options, clock });
  }
  const extra = (['every', 'tokenFile', 'verifyKey'] as const).find((option) => options[option] !== undefined);
  if (extra !== undefined)
    throw new UsageError(`--${extra.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)} needs --from <url>`);
  const { loadOrTell } = await import('../../load.js');
  return {
    timerFile: await loadOrTell(terminal, { ...options, now: clock.now() }, { warns: true }),
    origin: undefined,
  };
}
