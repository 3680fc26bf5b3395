import { hostname } from 'node:os';
import { createWebClient, Forward } from '../delivery/index.js';
import type { Clock } from '../domain/clock.js';
import type { ForwardSettings } from '../domain/forward.js';
import type { OutcomeLog } from '../domain/outcome-log.js';
import type { Scheduler } from '../engine/scheduler.js';
import { createProxies } from '../proxies/index.js';
import { chance } from '../this-machine.js';
import { version } from '../version.js';
import { toLogRecord } from './log-record.js';
import type { Surroundings } from './surroundings.js';

interface ForwardParts {
  readonly clock: Clock;
  readonly surroundings: Surroundings;
  readonly scheduler: () => Scheduler;
  readonly outcomes: () => OutcomeLog | undefined;
}

/** Assembles the `forward` of a timer file. */
export function openForward(
  settings: ForwardSettings,
  { clock, surroundings, scheduler, outcomes }: ForwardParts,
): Forward {
  const host = hostname();
  return new Forward(settings, {
    client: createWebClient({ clock, version, proxyFor: createProxies({ clock, environment: surroundings.env }) }),
    clock,
    now: () => scheduler().now(),
    node: nodeOf(host),
    random: chance,
    outcomes,
    toRecord: (ending) => toLogRecord(ending, host),
    emit: (event) => scheduler().emit(event),
  });
}

/** Turns a host name into the name of a node, which has no slash and no space. */
const nodeOf = (host: string): string => host.replaceAll(/[^\w.-]/g, '-').replace(/^[^A-Za-z0-9]/, 'n') || 'node';
