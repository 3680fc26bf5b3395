import { tmpdir } from 'node:os';
import { Canceler } from '../../src/domain/cancellation.js';
import type { Command } from '../../src/domain/command.js';
import type { AttemptIo, OutputStream } from '../../src/domain/executor.js';
import type { Usage } from '../../src/domain/usage.js';

/** A command with the timer file's defaults. */
export const command = (run: Command['run'], more: Partial<Command> = {}): Command => ({
  run,
  shell: '/bin/sh',
  cwd: tmpdir(),
  env: {},
  successCodes: [0],
  killAfter: 10_000,
  output: { to: 'log' },
  ...more,
});

/**
 * Calls `attempt` and returns the first signal that its process reported. If the process was killed before it could
 * report one, the next attempt has twice the grace period.
 */
export async function withGrace(attempt: (killAfter: number) => Promise<string | undefined>): Promise<string> {
  for (let killAfter = 100; ; killAfter *= 2) {
    const signal = await attempt(killAfter);
    if (signal !== undefined) return signal;
  }
}

/** An attempt's io that stores everything it receives. */
export class RecordedIo implements AttemptIo {
  env: Record<string, string> = {};
  readonly cancellation = new Canceler();
  readonly pids: number[] = [];
  readonly usages: Usage[] = [];
  readonly strays: number[] = [];
  strayAction: 'kill' | 'keep' = 'kill';
  readonly lines: string[] = [];
  readonly truncated: boolean[] = [];
  /** Called for every line. */
  onLine: (text: string, stream: OutputStream) => void = () => undefined;
  drained: () => Promise<void> | undefined = () => undefined;

  readonly nodes: string[] = [];

  taken(node: string): void {
    this.nodes.push(node);
  }

  started(pid: number): void {
    this.pids.push(pid);
  }

  used(usage: Usage): void {
    this.usages.push(usage);
  }

  output(stream: OutputStream, lines: string, truncated: boolean): void {
    for (const text of lines.split('\n')) {
      this.lines.push(stream === 'stdout' ? text : `${stream}: ${text}`);
      this.truncated.push(truncated);
      this.onLine(text, stream);
    }
  }

  trouble(sentence: string): void {
    this.lines.push(`trouble: ${sentence}`);
  }

  stray(pid: number): 'kill' | 'keep' {
    this.strays.push(pid);
    return this.strayAction;
  }

  /** Resolves when that line arrives. */
  lineThat(matches: (text: string) => boolean): Promise<string> {
    return new Promise((resolve) => {
      this.onLine = (text) => matches(text) && resolve(text);
    });
  }
}
