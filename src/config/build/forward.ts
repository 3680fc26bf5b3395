import type { ForwardSettings } from '../../domain/forward.js';
import type { StatePlace } from '../../domain/state-place.js';
import type { FileValues } from '../check/schema.js';
import type { Paths } from './check-paths.js';
import type { MapReport } from './map-report.js';

const HINT = 'For example: forward: https://timers.example.org/api/outcomes';

/** Builds `forward`; `undefined` if it has an error. */
export function buildForward(
  { url, token_file: file }: NonNullable<FileValues['forward']>,
  report: MapReport,
  { paths, state }: { readonly paths: Paths; readonly state: StatePlace },
): ForwardSettings | undefined {
  if (url === undefined) {
    report.error('forward', { code: 'missing-receiver', message: 'forward has no url.', hint: HINT });
    return undefined;
  }
  if (state.kind === 'memory') {
    const message = 'forward needs a state file: outcomes wait there until the server has them.';
    report.error('forward', { code: 'needs-state', message, hint: 'Remove state: false, or forward.' });
    return undefined;
  }
  if (state.kind === 'shared') {
    const message = 'forward needs a state file on this machine, not a shared state.';
    report.error('forward', {
      code: 'needs-state',
      message,
      hint: 'Remove forward: every machine reads the shared state.',
    });
    return undefined;
  }
  return { url, ...(file !== undefined && { tokenFile: paths.resolve(file) }) };
}
