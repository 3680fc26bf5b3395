/** Programs that run another one: their options are skipped. */
const WRAPPERS =
  /^(?:nice|ionice|timeout|flock|sudo|env|nohup|time|chronic|cronic|exec|setsid|stdbuf|runuser|su|chrt|systemd-cat|command)$/;

/** Programs that run a script. */
const INTERPRETERS = /^(?:ba|da|z|k)?sh$|^(?:php|python|perl|ruby|node|java|bundle|npm|yarn|npx|lua)[\d.]*$/;

/** Programs whose first argument describes what they do. */
const WITH_TASK =
  /^(?:artisan|manage|console|wp|rake|drush|run|occ|git|docker|docker-compose|aws|certbot|rclone|restic|borg)$/;

/** Commands that only prepare or check. */
const PREPARES =
  /^(?:cd|test|\[|\[\[|command|if|elif|then|else|do|fi|done|sleep|true|:|\.|source|export|umask|set|which|type|echo)$/;

const ASSIGNMENT = /^[A-Za-z_]\w*=/;

/** Suggests a name for a command: the program or script that does the work. */
export function nameOfCommand(command: string): string {
  const parts = /(?:^|[\s/])run-parts\s+(?:-\S+\s+)*([^\s;&|)]+)/.exec(command)?.[1];
  if (parts !== undefined) return baseName(parts);
  const segments = command.split(/&&|\|\||[;|\n]/).map(wordsOf);
  const works = segments.find(([program = '']) => program !== '' && !PREPARES.test(baseName(program)));
  return nameOfWords(works ?? segments.find((words) => words.length > 0) ?? []);
}

const wordsOf = (segment: string): readonly string[] => {
  const words = segment
    .replace(/^(?:[\s({!]|(?:if|elif|then|do|else)\s)+/, '')
    .split(/\s+/)
    .map((word) => word.replace(/^["']|["']$/g, ''))
    .filter((word) => word !== '');
  const start = words.findIndex((word) => !ASSIGNMENT.test(word));
  return start === -1 ? [] : words.slice(start);
};

function nameOfWords(words: readonly string[]): string {
  const [program = '', ...rest] = words;
  const base = baseName(program);
  // Values of options are numbers, such as those of nice, or paths of locks.
  const passed = rest.findIndex((word) => !/^-|^\d|^[A-Za-z_]\w*=|lock/.test(word));
  if ((WRAPPERS.test(base) || INTERPRETERS.test(base)) && passed !== -1) return nameOfWords(rest.slice(passed));
  const task = WITH_TASK.test(base) ? rest.find((word) => /^[\w:.-]+$/.test(word) && !word.startsWith('-')) : undefined;
  return task === undefined ? base || 'job' : `${base}-${task}`;
}

const baseName = (path: string): string =>
  (
    path
      .replace(/[)}"']+$/, '')
      .replace(/\/+$/, '')
      .split('/')
      .at(-1) ?? ''
  ).replace(/\.(?:sh|bash|py|pl|php|rb|js|jar)$/, '');
