import type { Difference, ImportContext, Imported, ImportedTimer, SourcePlace } from '../kind.js';
import { splitCommand, withInput } from './command-text.js';
import { readComment } from './entry-comment.js';
import { entryForm, isUserName, splitUser, userBefore, type EntryForm } from './entry.js';
import { cronTzRule } from './cron-tz-rule.js';
import { cronieSchedule, readCrontabExpression } from './expression.js';
import { nameOfCommand } from './timer-name.js';
import { readAssignment } from './assignment.js';
import { CrontabVariables } from './variables.js';

type Words = Pick<Difference, 'severity' | 'message' | 'hint' | 'text'>;

/** The result of an entry: schedule keys, and the firings of its source. */
interface When extends Pick<ImportedTimer, 'original' | 'whenDifferent'> {
  readonly keys: Readonly<Record<string, unknown>>;
  readonly words: readonly Words[];
}

interface ReaderOptions {
  readonly context: ImportContext;
  /** Whether the sixth field is the user. */
  readonly isSystem: boolean;
}

/** Reads one crontab, line by line. */
export class CrontabReader {
  readonly #path: string;
  readonly #context: ImportContext;
  readonly #isSystem: boolean;
  readonly #variables: CrontabVariables;
  readonly #timers: ImportedTimer[] = [];
  readonly #differences: Difference[] = [];
  /** The results by fields and zone, because equal entries have the same original. */
  readonly #whens = new Map<string, When | string>();
  #comment: string[] = [];
  /** Whether the previous line ends with a backslash. */
  #isContinued = false;

  constructor(path: string, { context, isSystem }: ReaderOptions) {
    this.#path = path;
    this.#context = context;
    this.#isSystem = isSystem;
    this.#variables = new CrontabVariables();
  }

  line(text: string, line: number): void {
    const place = { file: this.#path, line };
    const trimmed = text.trim();
    if (trimmed.startsWith('#')) {
      this.#comment.push(text.trimStart().slice(1));
      return;
    }
    const assignment = trimmed === '' ? undefined : readAssignment(text);
    if (assignment) this.#tell(place, this.#variables.set(assignment));
    else if (trimmed !== '') this.#entry(text, place);
    this.#comment = [];
    this.#isContinued = trimmed.endsWith('\\');
  }

  /** Returns the result. cron ignores a last line without a line feed. */
  end(text: string): Imported {
    const last = this.#timers.at(-1);
    const lines = text.split('\n');
    if (last?.place.line === lines.length && text !== '' && this.#path !== '-')
      this.#tell(last.place, [
        { severity: 'warning', message: 'cron ignores this line, because the file does not end with a newline.' },
      ]);
    const top = { file: this.#path, line: 1 };
    if (this.#timers.length > 0) this.#tell(top, this.#variables.defaults());
    else if (this.#differences.every(({ severity }) => severity !== 'error')) this.#tell(top, [NO_ENTRIES]);
    return { settings: {}, timers: this.#named(), differences: this.#differences };
  }

  #tell(place: SourcePlace, words: readonly Words[]): void {
    this.#differences.push(...words.map((one) => ({ ...place, ...one })));
  }

  #entry(text: string, place: SourcePlace): void {
    const form = entryForm(text);
    const owned = form && this.#isSystem ? splitUser(form.rest) : form && { user: undefined, command: form.rest };
    if (form === undefined || owned === undefined || owned.command.startsWith('*')) {
      this.#refuse(text, place, 'This is neither an assignment nor a crontab entry.');
      return;
    }
    if (owned.user !== undefined && !isUserName(owned.user)) {
      this.#refuse(text, place, `"${owned.user}" is not a user name, so cron ignores this line.`);
      return;
    }
    const when = this.#when(form);
    if (typeof when === 'string') {
      this.#tell(place, [
        { severity: 'error', text: text.trim(), message: when, hint: 'Correct the line and import it again.' },
      ]);
      return;
    }
    this.#timers.push(this.#timer({ form, when, place, ...owned }));
  }

  #refuse(text: string, place: SourcePlace, message: string): void {
    const hint = this.#isContinued
      ? 'cron does not continue a line after a backslash. Write the whole command on one line.'
      : `Write five fields${this.#isSystem ? ', a user' : ''} and a command.`;
    this.#tell(place, [{ severity: 'error', text: text.trim(), message, hint }]);
  }

  #timer({ form, when, place, user, command }: Entry): ImportedTimer {
    const { options, text } = withoutOptions(command);
    const split = splitCommand(text);
    const { name, description } = readComment(this.#comment);
    const { keys, words } = this.#variables.current({ isDelayed: form.when !== '@reboot' });
    const found: readonly Words[] = [
      ...when.words,
      ...words,
      ...(form.isQuiet ? [QUIET] : []),
      ...userWords(user, command),
      ...(options.includes('n') ? [MAIL_ON_FAILURE] : []),
      ...(split.input === undefined ? [] : inputWords(keys['shell'])),
    ];
    return {
      name: name ?? nameOfCommand(split.run),
      ...(name !== undefined && { exportedAs: name }),
      place,
      keys: {
        ...(description !== undefined && { description }),
        ...when.keys,
        ...(user !== undefined && { user }),
        ...keys,
        run: withInput(split),
      },
      differences: found.map((one) => ({ ...place, ...one })),
      ...(when.original && { original: when.original }),
      ...(when.whenDifferent !== undefined && { whenDifferent: when.whenDifferent }),
    };
  }

  /**
   * Returns the timers with names. Packages name their files in `cron.d` after themselves: a single timer gets that
   * name, and several get it as a prefix.
   */
  #named(): readonly ImportedTimer[] {
    const ofPackage = /(?:^|\/)([^/]+)\.cron\.d$/.exec(this.#path) ?? /(?:^|\/)cron\.d\/([^/]+)$/.exec(this.#path);
    const [, file] = ofPackage ?? [];
    if (file === undefined) return this.#timers;
    const isAlone = this.#timers.length === 1;
    return this.#timers.map((timer) => {
      if (timer.exportedAs !== undefined) return timer;
      const name = timer.name.includes(file) ? timer.name : `${file}-${timer.name}`;
      return { ...timer, name: isAlone ? file : name };
    });
  }

  #when({ when }: EntryForm): When | string {
    if (when === '@reboot') return REBOOT;
    const key = `${when} ${this.#variables.timezone ?? ''}`;
    const known = this.#whens.get(key) ?? this.#readWhen(when);
    this.#whens.set(key, known);
    return known;
  }

  #readWhen(when: string): When | string {
    const expression = readCrontabExpression(when);
    if (typeof expression === 'string') return expression;
    const cronTz = this.#variables.timezone;
    const { timezone: machine, now } = this.#context;
    const original = cronieSchedule(expression, { machine, cronTz });
    const whenDifferent = cronTzRule({ machine, cronTz }, now);
    const fields = Object.values(expression.fields);
    return {
      keys: { cron: expression.written },
      words: [
        ...(fields.some(({ isRandom }) => isRandom) ? [RANDOM] : []),
        ...fields.flatMap(({ ignoredStep }) => (ignoredStep === undefined ? [] : [stepIgnored(ignoredStep)])),
      ],
      ...(original && { original }),
      ...(whenDifferent !== undefined && { whenDifferent }),
    };
  }
}

interface Entry {
  readonly form: EntryForm;
  readonly when: When;
  readonly place: SourcePlace;
  readonly user: string | undefined;
  readonly command: string;
}

/** Splits off cronie's options before a command. With `-n`, cronie mails the output only if the command fails. */
function withoutOptions(command: string): { readonly options: readonly string[]; readonly text: string } {
  const [, option, text] = /^-([a-z])[ \t]+(\S.*)$/.exec(command) ?? [];
  return option === undefined || text === undefined ? { options: [], text: command } : { options: [option], text };
}

const REBOOT: When = {
  keys: { in: '1s' },
  words: [
    {
      severity: 'warning',
      text: '@reboot',
      message: 'The timer runs whenever the scheduler starts. With cron, it runs once after the machine has started.',
    },
  ],
};

const NO_ENTRIES: Words = { severity: 'note', message: 'The crontab has no entries.' };

const RANDOM: Words = {
  severity: 'note',
  text: '~',
  message: 'cronie picks a value whenever it loads the file. H picks one that never changes.',
};

const stepIgnored = (text: string): Words => ({
  severity: 'warning',
  text,
  message: "cronie rejects a step after a single value, and Debian's cron ignores it. Here the step is left out.",
});

const QUIET: Words = {
  severity: 'note',
  text: '-',
  message: 'This character keeps cron from logging the start. Here every start is logged.',
};

/** Warns about a user in place of a command. `named` is the user that the line names. */
function userWords(named: string | undefined, command: string): readonly Words[] {
  const user = userBefore(command);
  if (user === undefined || named !== undefined) return [];
  const message = `"${user}" is read as the command, since only system crontabs name users.`;
  const hint = 'If it is a user, end the name of the file in .cron.d, and import it again.';
  return [{ severity: 'warning', text: user, message, hint }];
}

const MAIL_ON_FAILURE: Words = {
  severity: 'note',
  text: '-n',
  message: 'cronie mails the output only if the command fails. Here the output goes to the log.',
};

/** Shells that read here-documents. */
const POSIX_SHELL = /(?:^|\/)(?:ba|da|a|k|mk|z)?sh$/;

const inputWords = (shell: unknown): readonly Words[] => [
  typeof shell === 'string' && !POSIX_SHELL.test(shell)
    ? {
        severity: 'warning',
        text: '%',
        message: `A here-document gives the command its input. ${shell} may not support here-documents.`,
      }
    : {
        severity: 'note',
        text: '%',
        message: 'A here-document gives the command its input, as cron does with the text after a %.',
        hint: 'If a % should be part of the command, write \\% in the crontab, and import it again.',
      },
];
