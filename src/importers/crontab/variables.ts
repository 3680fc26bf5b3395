import { isZoneFile, spellingInTzdata } from '../zone-spelling.js';
import type { Difference } from '../kind.js';
import type { Assignment } from './assignment.js';

type Words = Pick<Difference, 'severity' | 'message' | 'hint' | 'text'>;

/** cron's mail settings. */
const MAIL = new Set(['MAILTO', 'MAILFROM', 'CONTENT_TYPE', 'CONTENT_TRANSFER_ENCODING']);

/** Variables that cron itself sets for each command. */
const OWN = new Set(['LOGNAME', 'USER']);

const LONGEST_DELAY = 24 * 60;

/** The variables of a crontab. Each applies to the entries below it. */
export class CrontabVariables {
  readonly #env = new Map<string, string>();
  readonly #recipients = new Set<string>();
  #shell: string | undefined;
  #delay: number | undefined;
  #timezone: string | undefined;
  #hasMailTo = false;

  /** The zone of `CRON_TZ`, IANA. */
  get timezone(): string | undefined {
    return this.#timezone;
  }

  /** Applies an assignment, and returns its differences. */
  set({ name, value }: Assignment): readonly Words[] {
    if (MAIL.has(name)) return this.#setMail(name, value);
    if (OWN.has(name))
      return [
        { severity: 'note', text: name, message: 'cron sets this variable itself, so the assignment has no effect.' },
      ];
    switch (name) {
      case 'SHELL':
        this.#shell = value;
        // cron passes SHELL on to commands.
        this.#env.set(name, value);
        return [];
      case 'RANDOM_DELAY':
        return this.#setDelay(value);
      case 'CRON_TZ':
        return this.#setTimezone(value);
      case 'MLS_LEVEL':
      case 'XDG_SESSION_CLASS':
        return [{ severity: 'error', text: name, message: 'timers does not support SELinux and PAM sessions.' }];
      default:
        this.#env.set(name, value);
        return name === 'TZ' ? [OF_COMMANDS] : [];
    }
  }

  /**
   * Returns the keys that variables add to an entry at this place, and the differences. cron never delays `@reboot`.
   */
  current({ isDelayed = true }: { readonly isDelayed?: boolean } = {}): {
    readonly keys: Readonly<Record<string, unknown>>;
    readonly words: readonly Words[];
  } {
    const home = this.#env.get('HOME');
    const delay = delayed(isDelayed ? this.#delay : undefined);
    return {
      keys: {
        ...(this.#timezone !== undefined && { timezone: this.#timezone }),
        ...delay.keys,
        ...(this.#shell !== undefined && this.#shell !== '/bin/sh' && { shell: this.#shell }),
        cwd: home ?? '~/',
        ...(this.#env.size > 0 && { env: Object.fromEntries(this.#env) }),
      },
      words: delay.words,
    };
  }

  /** Returns the differences due to cron's defaults for variables that the file does not set. */
  defaults(): readonly Words[] {
    return [...(this.#hasMailTo ? [] : [MAIL_TO_OWNER]), this.#env.has('PATH') ? INHERITED : SHORT_PATH];
  }

  #setMail(name: string, value: string): readonly Words[] {
    if (name !== 'MAILTO') return [];
    this.#hasMailTo = true;
    if (value === '' || this.#recipients.has(value)) return [];
    this.#recipients.add(value);
    const address = /^[\w.@+,-]+$/.test(value) ? value : 'ADDRESS';
    const run = `echo "$TIMERS_TEXT" | mail -s "$TIMERS_TASK_NAME" ${address}`;
    return [
      {
        severity: 'warning',
        text: `MAILTO=${value}`,
        message: 'cron mails what commands print. Here it goes to the log, and nothing is mailed.',
        hint: `To mail failures and recoveries, write under defaults: notify: { run: '${run}' }`,
      },
    ];
  }

  #setDelay(value: string): readonly Words[] {
    const delay = /^\s*\d+/.test(value) ? Number.parseInt(value, 10) : 0;
    const isValid = delay <= LONGEST_DELAY;
    this.#delay = isValid ? delay : undefined;
    return isValid
      ? []
      : [
          {
            severity: 'warning',
            text: `RANDOM_DELAY=${value}`,
            message: 'cron ignores a delay of more than 1440 minutes.',
          },
        ];
  }

  #setTimezone(value: string): readonly Words[] {
    const isKnown = value === '' || isZoneFile(value);
    this.#timezone = value === '' ? undefined : isKnown ? value : 'UTC';
    if (value === '') return [];
    if (!isKnown)
      return [
        {
          severity: 'warning',
          text: value,
          message: 'This is not a known time zone. cronie uses UTC instead, and so does the timer.',
          ...wrongCase(value),
        },
      ];
    return [
      {
        severity: 'note',
        text: `CRON_TZ=${value}`,
        message: "cronie uses this zone. Debian's cron ignores the variable.",
      },
    ];
  }
}

const wrongCase = (zone: string): Pick<Words, 'hint'> => {
  const spelling = spellingInTzdata(zone);
  return spelling === undefined ? {} : { hint: `If you mean ${spelling}, change timezone in the timer file.` };
};

/** Returns `jitter` for a RANDOM_DELAY in minutes. */
const delayed = (minutes = 0): ReturnType<CrontabVariables['current']> =>
  minutes > 0 ? { keys: { jitter: `${minutes}m` }, words: [JITTER] } : { keys: {}, words: [] };

const MAIL_TO_OWNER: Words = {
  severity: 'note',
  message: 'cron mails what commands print to the owner. Here it goes to the log.',
};

const SHORT_PATH: Words = {
  severity: 'note',
  message: 'cron has PATH=/usr/bin:/bin and few other variables. Here commands inherit those of the scheduler.',
};

const INHERITED: Words = {
  severity: 'note',
  message: 'cron passes few variables to commands. Here commands also inherit those of the scheduler.',
};

const OF_COMMANDS: Words = {
  severity: 'note',
  text: 'TZ',
  message: 'This variable is passed to commands. Neither cron nor timers uses it for the schedule.',
};

const JITTER: Words = {
  severity: 'note',
  text: 'RANDOM_DELAY',
  message: 'cronie picks one delay for all entries when it starts. jitter is a delay of each timer that never changes.',
};
