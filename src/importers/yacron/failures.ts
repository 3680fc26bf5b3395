import { SECOND } from '../../domain/time.js';
import type { DifferenceList } from '../difference-list.js';
import type { Fields } from '../fields.js';
import { durationText } from '../duration-text.js';
import type { Dialect } from './dialect.js';

type Keys = Readonly<Record<string, unknown>>;

/** yacron's default, in seconds. */
const KILL_TIMEOUT = 30;
/** The number of attempts for a job that yacron retries forever. */
const FOR_EVER = 1_000_000;

/** Reads `executionTimeout`, `killTimeout`, `failsWhen` and the retries of `onFailure`. */
export function readRunFailures(job: Fields, { name }: Dialect, differences: DifferenceList): Keys {
  const timeout = job.number('executionTimeout');
  const kill = job.number('killTimeout');
  const kills = timeout !== undefined || kill !== undefined || job.text('concurrencyPolicy') === 'Replace';
  return {
    ...(timeout !== undefined && timeout > 0 && { timeout: durationText(timeout * SECOND) }),
    ...(kills && { kill_after: durationText((kill ?? KILL_TIMEOUT) * SECOND) }),
    ...readFailsWhen(job, name, differences),
    ...readRetry(job.map('onFailure').map('retry'), name, differences),
  };
}

function readFailsWhen(job: Fields, name: string, differences: DifferenceList): Keys {
  const rules = job.map('failsWhen');
  const place = job.place('failsWhen');
  // Read even if the stream is not captured, so that they are not reported as unread.
  const [failsOnErrors, failsOnOutput] = [rules.flag('producesStderr') ?? true, rules.flag('producesStdout') === true];
  if (failsOnErrors && (job.flag('captureStderr') ?? true)) {
    const message = `A run that writes to standard error fails in ${name}. Here only the exit code counts.`;
    differences.warning(place, message, 'Make the command exit with a code other than 0 if it fails.');
  }
  if (failsOnOutput && job.flag('captureStdout') === true) {
    const message = `A run that writes to standard output fails in ${name}. Here only the exit code counts.`;
    differences.warning(place, message, 'Add a check to the command, such as: output=$(…); test -z "$output"');
  }
  if (rules.flag('always') === true) {
    differences.warning(
      place,
      `Every run fails in ${name}. Here only the exit code counts.`,
      'End the command with exit 1.',
    );
  }
  const codes = Array.from({ length: 256 }, (_, code) => code);
  return rules.flag('nonzeroReturn') === false ? { success_codes: codes } : {};
}

/** Reads the retries. `maximumDelay` does not limit the first pause. */
function readRetry(retry: Fields, name: string, differences: DifferenceList): Keys {
  const retries = retry.number('maximumRetries') ?? 0;
  const delay = retry.number('initialDelay') ?? 1;
  const longest = retry.number('maximumDelay') ?? 300;
  const factor = retry.number('backoffMultiplier') ?? 2;
  if (retries === 0) return {};
  const message = `${name} cancels pending retries when the next firing comes due. Here the run with its retries counts as active, and overlap decides.`;
  differences.warning(retry, message);
  if (factor < 1)
    differences.warning(retry.place('backoffMultiplier'), 'Here pauses cannot get shorter, so the factor is 1.');
  return {
    retry: {
      attempts: retries < 0 ? FOR_EVER : retries + 1,
      delay: durationText(delay * SECOND),
      factor: Math.max(1, factor),
      max_delay: durationText(Math.max(delay, longest) * SECOND),
    },
  };
}
