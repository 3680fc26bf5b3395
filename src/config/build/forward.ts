import type { ForwardSettings } from '../../domain/forward.js';
import { isHeaderToken } from '../../domain/web-request.js';
import type { StatePlace } from '../../domain/state-place.js';
import type { FileValues } from '../check/schema.js';
import type { Paths } from './check-paths.js';
import type { MapReport } from './map-report.js';
import { checkSecretFile } from './secret-file.js';

const HINT = 'For example: forward: https://timers.example.org/api/outcomes';

/** Builds `forward`, and reports errors; `undefined` without a URL or a state file. */
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
  if (file === undefined) return { url };
  const tokenFile = paths.resolve(file);
  checkTokenFile(tokenFile, report, paths);
  return { url, tokenFile };
}

/** Checks a token file, but not the length of the token: the server decides how long it must be. */
function checkTokenFile(path: string, report: MapReport, paths: Paths): void {
  const codes = { none: 'no-token', open: 'open-token-file' } as const;
  const hint = 'For example: (umask 077; cat > token), then type the token of the server and press Ctrl-D twice.';
  const faultOf = (token: string) =>
    isHeaderToken(token)
      ? undefined
      : { code: 'no-token' as const, message: `forward: the token in ${path} has spaces or characters outside ASCII.` };
  checkSecretFile({ path, key: 'forward', item: 'token_file', what: 'token', codes, hint, faultOf }, report, paths);
}
