import type { ImportContext, Imported, ImportedTimer, Importer, SourceFile } from '../kind.js';
import { Findings } from './findings.js';
import type { UnitSchedule } from './intervals.js';
import { reportNotCarried } from './not-carried.js';
import { serviceKeys } from './service.js';
import { expandSpecifiers, fixedText } from './specifiers.js';
import { parseTimeSpan, writeDuration } from './time-span.js';
import { unitSchedules } from './timer-schedules.js';
import { unitName, type Unit } from './unit.js';
import { replacesInSystemd } from './unit-folders.js';
import { UnitFiles, type ReadUnit } from './units.js';

/** `.timer` units with their services, of the system or of a user. */
export const systemd: Importer = {
  name: 'systemd',
  summary: 'systemd timers: .timer with its .service, and drop-ins',

  recognize({ path, text }) {
    if (/\.(?:timer|service)$|(?:^|[./])(?:timer|service)\.d\/[^/]+\.conf$/.test(path)) return 1;
    if (/^\[Timer\]\s*$/m.test(text)) return 0.9;
    return /^\[(?:Unit|Service)\]\s*$/m.test(text) ? 0.7 : 0;
  },

  read(files, context): Imported {
    const units = new UnitFiles(files);
    const timers = units.names.filter((name) => unitName(name).type === 'timer');
    const general = new Findings();
    const imported = timers.flatMap((name) => {
      const timer = units.read(name);
      return timer === undefined ? [] : readTimer(timer, { units, context, general });
    });
    // In a whole folder, services may lack a timer. If no file is a timer, something is missing.
    const [first] = files;
    if (timers.length === 0 && first !== undefined)
      general.error({ file: first.path, line: 1 }, 'No file is a timer unit.', 'Pass the .timer file as well.');
    const isLocal = imported.some(({ original, keys }) => original !== undefined && keys['timezone'] === undefined);
    return { settings: isLocal ? { timezone: context.timezone } : {}, timers: imported, differences: general.list };
  },
};

interface ReadContext {
  readonly units: UnitFiles;
  readonly context: ImportContext;
  readonly general: Findings;
}

function readTimer(timer: ReadUnit, { units, context, general }: ReadContext): readonly ImportedTimer[] {
  const { unit } = timer;
  const findings = new Findings();
  if (unitName(unit.name).instance === '') {
    const hint = `Pass an instance, such as: timers import ${unit.path.replace(/@\.(?=[^/]*$)/, '@home.')}`;
    general.error(unit.place, `${unit.name} is a template, so it is left out.`, hint);
    return [];
  }
  const service = serviceOf(unit, { units, context, general });
  if (service === undefined) return [];
  for (const read of [timer, service]) reportUnused(read, general);
  reportOddLines(timer.oddLines, findings);
  const schedules = unitSchedules(unit, context, findings);
  const firing = behavior(unit, schedules, findings);
  const own = new Set([unit.name, service.unit.name]);
  reportNotCarried(unit, own, findings);
  reportOddLines(service.oddLines, findings);
  const keys = serviceKeys(service.unit, findings);
  if (keys === undefined) {
    general.error(service.unit.place, `${unit.name} is left out: its service has no ExecStart.`);
    return [];
  }
  reportNotCarried(service.unit, own, findings);
  if (schedules.length === 0) {
    general.list.push(...findings.list.filter(({ about }) => about === undefined));
    general.error(unit.place, `${unit.name} is left out: it has no schedule.`, 'Write OnCalendar.');
    return [];
  }
  return timersOf({ unit, schedules, keys: { ...firing, ...keys }, service: service.unit }, findings);
}

function reportOddLines(oddLines: ReadUnit['oddLines'], findings: Findings): void {
  for (const { text, ...place } of oddLines) findings.warning(place, `"${text}" is not a setting and is left out.`);
}

/** Reports the files that another file with the same name replaces. */
function reportUnused({ unit, unused }: ReadUnit, general: Findings): void {
  for (const file of unused) {
    const place = { file, line: 1 };
    if (replacesInSystemd(unit.path, file)) general.note(place, `Not used: ${unit.path} replaces it, as in systemd.`);
    else general.error(place, `This file is left out: ${unit.path} has the same name.`, 'Import this file by itself.');
  }
}

/** Finds the service among the files, or next to the timer, and for an instance also its template. */
function serviceOf(timer: Unit, { units, context, general }: ReadContext): ReadUnit | undefined {
  const written = timer.last('Timer', 'Unit');
  const name = fixedText(expandSpecifiers(written?.value ?? timer.name.replace(/\.timer$/, '.service'), timer)) ?? '';
  if (unitName(name).type !== 'service') {
    const hint = 'Import a timer that starts a service, or write a timer for what the unit starts.';
    general.error(
      written ?? timer.place,
      `${timer.name} is left out: it starts ${name}, which is not a service.`,
      hint,
    );
    return undefined;
  }
  const found = units.read(name, (wanted) => besideTimer(timer, wanted, context));
  if (found !== undefined) return found;
  const hint = `Add ${name} to the files to import.`;
  general.error(written ?? timer.place, `${timer.name} is left out: ${name} cannot be read.`, hint);
  return undefined;
}

function besideTimer(timer: Unit, name: string, { readBeside }: ImportContext): SourceFile | undefined {
  const file = readBeside(timer.path, name);
  return file && { ...file, path: withName(file.path, name) };
}

/** Returns a path that ends in the name of its unit, whatever a link points to. */
const withName = (path: string, name: string): string => (path.endsWith(name) ? path : path.replace(/[^/]*$/, name));

/** Returns the keys about how a timer fires, besides its schedule. */
function behavior(
  timer: Unit,
  schedules: readonly UnitSchedule[],
  findings: Findings,
): Readonly<Record<string, unknown>> {
  const hasCalendar = schedules.some(({ original }) => original !== undefined);
  const accuracy = timer.last('Timer', 'AccuracySec');
  if (accuracy !== undefined) findings.note(accuracy, 'AccuracySec is left out: a timer starts on time.');
  return {
    ...jitterOf(timer, findings),
    ...(timer.isOn('Timer', 'Persistent') && hasCalendar && { catch_up: true }),
  };
}

function jitterOf(timer: Unit, findings: Findings): Readonly<Record<string, unknown>> {
  const written = ['RandomizedDelaySec', 'RandomizedOffsetSec'].flatMap((key) => timer.last('Timer', key) ?? []);
  const [setting, other] = written.filter(({ value }) => parseTimeSpan(value) !== 0);
  if (other !== undefined)
    findings.warning(other, `${other.key}=${other.value} is left out: a timer has only one jitter.`);
  const length = setting === undefined ? undefined : parseTimeSpan(setting.value);
  if (setting === undefined) return {};
  if (length === undefined || !Number.isFinite(length)) {
    findings.warning(setting, `${setting.key}=${setting.value} is left out: it is not a time span.`);
    return {};
  }
  const isFixed = setting.key === 'RandomizedOffsetSec' || timer.isOn('Timer', 'FixedRandomDelay');
  const message = isFixed
    ? 'The delay of jitter is fixed as well, but it is not the one that systemd uses.'
    : 'The delay of jitter is the same for each firing. systemd picks a new one each time.';
  findings.note(setting, message);
  return { jitter: writeDuration(length) };
}

interface TimerParts {
  readonly unit: Unit;
  readonly service: Unit;
  readonly schedules: readonly UnitSchedule[];
  /** The keys of the timer besides its schedule. */
  readonly keys: Readonly<Record<string, unknown>>;
}

/** Returns a timer for each schedule. Several take turns, since systemd never starts a service twice at once. */
function timersOf({ unit, service, schedules, keys }: TimerParts, findings: Findings): readonly ImportedTimer[] {
  const name = unit.name.replace(/\.timer$/, '');
  const written = unit.last('Unit', 'Description') ?? service.last('Unit', 'Description');
  const description = written === undefined ? undefined : fixedText(expandSpecifiers(written.value, unit));
  const group = schedules.length > 1 ? { group: name } : {};
  const [first] = schedules;
  if (first !== undefined && schedules.length > 1)
    findings.note(first.setting, `${unit.name} needs ${schedules.length} timers, which share a group.`);
  return schedules.map((schedule, index) => ({
    name: index === 0 ? name : `${name}-${index + 1}`,
    place: { file: schedule.setting.file, line: schedule.setting.line },
    keys: {
      ...(description !== undefined && description !== name && { description }),
      ...schedule.keys,
      ...keys,
      ...group,
    },
    differences: index === 0 ? findings.sorted : [],
    ...(schedule.original !== undefined && {
      original: schedule.original,
      whenDifferent:
        'systemd does not start local times that a clock change skips. ' +
        'If a time occurs twice, it starts only the first.',
    }),
  }));
}
