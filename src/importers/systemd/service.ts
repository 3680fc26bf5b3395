import { environmentOf } from './environment.js';
import type { Findings } from './findings.js';
import { retryKeys, successKeys, timeoutKeys } from './limit-keys.js';
import { outputKeys } from './output-keys.js';
import { serviceRun } from './service-run.js';
import { shellWord } from './shell-words.js';
import { expandSpecifiers, fixedText } from './specifiers.js';
import type { Unit } from './unit.js';

type Keys = Readonly<Record<string, unknown>>;

/** Returns the keys of a timer that come from its service; `undefined` if it has no command. */
export function serviceKeys(service: Unit, findings: Findings): Keys | undefined {
  const folder = folderOf(service, findings);
  const environment = environmentOf(service, findings);
  const run = serviceRun(service, [...folder.prologue, ...environment.prologue], findings);
  if (run === undefined) return undefined;
  return {
    ...run,
    ...folder.keys,
    ...userKeys(service, findings),
    ...environment.keys,
    ...timeoutKeys(service, findings),
    ...successKeys(service, findings),
    ...retryKeys(service, findings),
    ...outputKeys(service, findings),
  };
}

/** Returns `cwd`. Without a folder, a system service runs in `/`, and a user service in the home directory. */
function folderOf(service: Unit, findings: Findings): { readonly keys: Keys; readonly prologue: readonly string[] } {
  const setting = service.last('Service', 'WorkingDirectory');
  const written = setting?.value ?? (service.isOfUser ? '~' : '/');
  if (setting !== undefined && written.startsWith('-'))
    findings.warning(setting, 'A run fails if the folder is missing.', 'Create the folder, or leave it out here.');
  const path = written.replace(/^-/, '');
  const segments = path === '~' ? homeOf(service) : expandSpecifiers(path, service);
  const plain = fixedText(segments);
  return plain === undefined
    ? { keys: {}, prologue: [`cd ${shellWord(segments)} || exit`] }
    : { keys: { cwd: plain }, prologue: [] };
}

const homeOf = (service: Unit): ReturnType<typeof expandSpecifiers> =>
  service.last('Service', 'User') === undefined ? expandSpecifiers('%h', service) : [{ inShell: '${HOME}' }];

function userKeys(service: Unit, findings: Findings): Keys {
  const setting = service.last('Service', 'User');
  const group = service.last('Service', 'Group');
  const user = setting === undefined ? undefined : fixedText(expandSpecifiers(setting.value, service));
  const groupName = group === undefined ? undefined : fixedText(expandSpecifiers(group.value, service));
  reportDynamicUser(service, user, findings);
  if (setting === undefined) {
    if (group !== undefined)
      findings.warning(group, 'Group needs a user.', `Write user: root:${groupName ?? 'GROUP'}.`);
    return {};
  }
  if (user === undefined) {
    findings.warning(setting, `User=${setting.value} depends on the machine, and is left out.`, 'Set user.');
    return {};
  }
  if (group !== undefined && groupName === undefined)
    findings.warning(
      group,
      `Group=${group.value} depends on the machine, and is left out.`,
      'Write the group after the user, as in user: NAME:GROUP.',
    );
  return { user: groupName === undefined ? user : `${user}:${groupName}` };
}

/** Warns about `DynamicUser=`: systemd creates the user for a run if it does not exist. */
function reportDynamicUser(service: Unit, user: string | undefined, findings: Findings): void {
  const setting = service.last('Service', 'DynamicUser');
  if (setting === undefined || !service.isOn('Service', 'DynamicUser')) return;
  if (user === undefined)
    findings.warning(setting, "No user is created for the run: it runs as the scheduler's user.", 'Set user: nobody.');
  else findings.warning(setting, `No user is created for the run: ${user} must exist on this machine.`);
}
