import { isTimeZone, suggestTimeZone } from '../schedules/index.js';

/** Whether the tz database has a zone under exactly this name. Programs that read its files are case-sensitive. */
export const isZoneFile = (name: string): boolean => spellingInTzdata(name) === name;

/** Returns the spelling of a zone in the tz database; `undefined` for an unknown zone. */
export function spellingInTzdata(name: string): string | undefined {
  if (!isTimeZone(name)) return undefined;
  const wanted = name.toLowerCase();
  const listed = Intl.supportedValuesOf('timeZone').find((zone) => zone.toLowerCase() === wanted);
  // Aliases are not listed. No alias is all lowercase.
  return listed ?? (name === wanted ? suggestTimeZone(name) : name);
}
