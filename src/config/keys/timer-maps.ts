import type { KeyEntry } from '../../domain/key-entry.js';
import type { KeyOf } from '../check/schema.js';

type MapOfTimer = 'dst' | 'catch_up' | 'retry' | 'breaker' | 'output' | 'ping' | 'notify';

/** The keys of the maps inside a timer. */
export const TIMER_MAPS: { readonly [L in MapOfTimer]: Readonly<Record<KeyOf<L>, KeyEntry>> } = {
  dst: {
    gap: {
      summary: 'What happens to a local time that a clock change skips, as in spring.',
      default: 'after',
      example: 'skip',
      details: ['`after` fires right after the gap. `skip` drops the firing.'],
    },
    repeat: {
      summary: 'What happens to a local time that a clock change repeats, as in autumn.',
      default: 'first',
      example: 'last',
      details: ['`first` and `last` fire once. `both` fires twice.'],
    },
  },
  catch_up: {
    policy: {
      summary: 'Which missed firings run.',
      default: 'latest',
      example: 'all',
      details: ['`all` runs them one after the other, oldest first, at most 100 for each timer.'],
    },
    within: {
      summary: 'How late a firing can still run.',
      without: 'A firing runs no matter how late it is.',
      example: '1d',
    },
  },
  retry: {
    attempts: {
      summary: 'The maximum number of attempts of a run, including the first.',
      default: 1,
      unit: 'attempts',
      example: '3',
    },
    delay: {
      summary: 'The pause after the first failed attempt.',
      default: '1s',
      example: '5s',
      beside: 'attempts: 3',
    },
    factor: {
      summary: 'The factor by which each further pause grows.',
      default: 2,
      example: '1.5',
      beside: 'attempts: 3',
    },
    max_delay: {
      summary: 'The longest pause.',
      without: 'It is 1m, or `delay` if that is longer.',
      bounds: 'at least `delay`',
      example: '10m',
      beside: 'attempts: 3',
    },
    jitter: {
      summary: 'Draws each pause at random, from 0 up to its length.',
      default: false,
      example: 'true',
      beside: 'attempts: 3',
    },
    on: {
      summary: 'The only failures that are retried.',
      without: 'Every failure is retried, except for `lost`.',
      example: '[75, timeout]',
      beside: 'attempts: 3',
      details: [
        'Write exit codes, `timeout`, `signal` or `lost`.',
        'An attempt is `lost` if its scheduler died: it may have done its work. It is retried only if `lost` is listed here.',
      ],
    },
    not_on: {
      summary: 'Failures that are never retried.',
      without: 'Every failure can be retried.',
      example: '[2]',
      beside: 'attempts: 3',
      details: ['It overrides `on`.'],
    },
  },
  breaker: {
    failures: {
      summary: 'How many failed runs in a row open the breaker.',
      required: true,
      unit: 'runs',
      example: '3',
      details: ['While the breaker is open, firings are skipped.'],
    },
    cooldown: {
      summary: 'The time until the breaker lets one trial run through.',
      default: '5m',
      example: '20m',
      beside: 'failures: 3',
      details: ['A successful trial closes the breaker. A failed one doubles the cooldown, up to 1h.'],
    },
  },
  output: {
    file: {
      summary: 'The file to which the output is appended.',
      without: 'The output goes to the log.',
      example: './sync.log',
      details: ['A relative path starts from the folder of the timer file.'],
    },
    max_size: {
      summary: 'The size at which the file is renamed to `PATH.1`, and a new one starts.',
      without: 'The file grows without limit.',
      example: '10MB',
      beside: 'file: ./sync.log',
      details: ['It needs `file`.'],
    },
    parse: {
      summary: 'Logs a line that is a JSON object as nested data.',
      without: 'Each line is a string.',
      example: 'json',
      details: ['Not with `file`.', 'A line with a number that does not fit a 64-bit float stays a string.'],
    },
  },
  ping: {
    healthchecks: {
      summary: 'The ping URL of a check, in the protocol of healthchecks.io.',
      without: 'One of `healthchecks`, `sentry` and `url` is required.',
      example: 'https://hc-ping.com/your-uuid',
    },
    sentry: {
      summary: 'The DSN of a Sentry project that receives check-ins.',
      without: 'One of `healthchecks`, `sentry` and `url` is required.',
      example: 'https://key@sentry.example/1',
      details: ['Sentry learns the schedule, the zone and the timeout from the timer.'],
    },
    slug: {
      summary: 'The name of the monitor in Sentry.',
      without: 'The slug is derived from the name of the timer.',
      bounds: 'at most 50 of `a` to `z`, `0` to `9`, `-` and `_`',
      example: 'invoices',
      beside: 'sentry: https://key@sentry.example/1',
    },
    url: {
      summary: 'The URL of any other service.',
      without: 'One of `healthchecks`, `sentry` and `url` is required.',
      example: '"https://up.example/push/token?status={status}"',
      details: [
        'Placeholders such as `{task_name}`, `{status}`, `{exit_code}`, `{duration_ms}` and `{error}` are filled in.',
      ],
    },
    method: {
      summary: 'The method of the request to `url`.',
      without: 'It is `GET`, or `POST` with a `body`.',
      example: 'POST',
      beside: 'url: https://up.example/push/token',
    },
    on: {
      summary: 'When `url` is requested.',
      default: ['success'],
      example: '[success, failure]',
      beside: 'url: https://up.example/push/token',
    },
    headers: {
      summary: 'Headers of the request to `url`.',
      without: 'None are added.',
      example: '{ x-team: search }',
      beside: 'url: https://up.example/push/token',
    },
    body: {
      summary: 'The body of the request to `url`.',
      without: 'The request has no body.',
      example: '{ text: "{task_name}: {error}" }',
      beside: 'url: https://up.example/push/token',
      details: ['A map is sent as JSON.', '`method` must not be `GET` or `HEAD`.'],
    },
  },
  notify: {
    webhook: {
      summary: 'The URL that receives each change as JSON, such as a webhook of Slack, Mattermost or Discord.',
      without: 'At least one of `webhook` and `run` is required.',
      example: 'https://chat.example/hooks/secret',
    },
    run: {
      summary: 'A command that runs on each change.',
      without: 'At least one of `webhook` and `run` is required.',
      example: './page.sh',
    },
    on: {
      summary: 'The changes to report.',
      default: ['failed', 'still_failing', 'recovered', 'breaker_opened'],
      example: '[failed, recovered, missed]',
      beside: 'webhook: https://chat.example/hooks/secret',
    },
    still_failing_after: {
      summary: 'After how many failures in a row `still_failing` is reported.',
      default: 5,
      unit: 'runs',
      example: '10',
      beside: 'webhook: https://chat.example/hooks/secret',
      details: ['It is reported again each time the number has doubled.'],
    },
  },
};
