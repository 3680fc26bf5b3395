import type { LogLine } from './program.js';

const REASON = 'timers-forker is not built for this machine';

/** Whether a scheduler reports that this machine has no forker, because it has no C compiler. */
export const reportsNoForker = ({ event, ...fields }: LogLine): boolean =>
  event === 'launcher.fallback' && fields['reason'] === REASON;

/** What a scheduler prints, without the report that there is no forker. */
export const withoutForkerReport = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.includes(REASON))
    .join('\n');
