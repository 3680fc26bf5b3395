import { messageOf, type InstantFormat, type TimerEvent } from '../domain/events/index.js';
import { withFallback } from '../domain/fallback.js';
import type { Change } from '../domain/notify.js';
import { toRecord } from '../domain/record.js';
import { toTimestamp } from '../domain/time.js';
import { visible } from '../text/visible.js';
import { lastOf, runEnvironment } from './run-environment.js';
import { humanDuration } from '../domain/human-duration.js';
import { plainText } from '../text/plain-text.js';
import { counted } from '../text/counted.js';

/** A change that a notification reports. */
export interface Notification {
  readonly change: Change;
  readonly jobName: string;
  readonly event: TimerEvent;
  /** The host name. */
  readonly host: string;
  /** How the sentence formats points in time. */
  readonly format: InstantFormat;
}

/**
 * The longest sentence, in characters. With the lines of output, the text stays below Discord's 2,000 characters, even
 * after escaping.
 */
const LONGEST_SENTENCE = 500;
const MOST_LINES = 5;
const LONGEST_LINE = 200;

/** Describes the change in one sentence, followed by the last lines printed before a failure. */
function textOf(notification: Notification): string {
  const sentence = `${visible(sentenceOf(notification)).slice(0, LONGEST_SENTENCE)} (on ${notification.host})`;
  const lines = lastLines(notification);
  return harmless(lines.length === 0 ? sentence : `${sentence}\n\`\`\`\n${lines.join('\n')}\n\`\`\``);
}

/**
 * Returns the body for a webhook: `text` for Slack, Mattermost and compatible chats, `content` for Discord, and the
 * fields of the log record.
 */
export function webhookBody(notification: Notification): string {
  const { change, event, host } = notification;
  const text = textOf(notification);
  return JSON.stringify({
    text,
    content: text,
    allowed_mentions: { parse: [] },
    change,
    host,
    timestamp: toTimestamp(event.at),
    ...toRecord(event),
    ...(event.event === 'run.finished' && {
      failures_in_a_row: event.failuresInARow,
      output_tail: event.outputTail ?? null,
    }),
  });
}

/** Returns the variables for a command. */
export function notificationEnvironment(notification: Notification): Readonly<Record<string, string>> {
  const { change, jobName, event } = notification;
  return {
    TIMERS_NOTIFICATION: change,
    TIMERS_TEXT: lastOf(textOf(notification)),
    TIMERS_TASK_NAME: jobName,
    ...(event.event === 'run.finished' && runEnvironment(event)),
  };
}

function sentenceOf({ change, jobName, event, format }: Notification): string {
  if (event.event !== 'run.finished') return messageOf(event, format);
  const { outcome, failuresInARow, durationMs } = event;
  switch (change) {
    case 'still_failing':
      return withFallback(
        `${jobName} still fails, ${counted(failuresInARow, 'time')} in a row: ${outcome.error ?? outcome.status}`,
        event.fallback,
      );
    case 'recovered':
      return `${jobName} works again: it finished in ${humanDuration(durationMs)}`;
    default:
      return messageOf(event, format);
  }
}

function lastLines({ change, event }: Notification): readonly string[] {
  if (event.event !== 'run.finished' || change === 'recovered' || event.outputTail === undefined) return [];
  return event.outputTail
    .split('\n')
    .slice(-MOST_LINES)
    .map((line) => plainText(line).replaceAll('```', "'''").slice(0, LONGEST_LINE));
}

/** Escapes mentions (`<!channel>`, `@everyone`), so that the output of a command notifies nobody in a chat. */
const harmless = (text: string): string => text.replaceAll(/<(?=[!@#])|@(?=\w)/g, '$&\u200b');
