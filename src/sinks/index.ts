import type { Sink } from '../domain/sink.js';
import type { SinkOptions } from './kind.js';

type OpenSink = (options: SinkOptions) => Promise<Sink>;

/**
 * Every log format, by its name on the command line. A format is loaded when it is opened, because its packages slow
 * down startup.
 */
export const sinkKinds = {
  json: async (options) => (await import('./json-log.js')).createJsonLog(options),
  ecs: async (options) => (await import('./ecs-log.js')).createEcsLog(options),
  pretty: async (options) => (await import('./console.js')).createConsole(options),
} as const satisfies Readonly<Record<string, OpenSink>>;

export type LogFormat = keyof typeof sinkKinds;
