import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';

// V8 compiles the intrinsic when it is first called, so the flag stays set.
setFlagsFromString('--allow-natives-syntax');
const haveSameMap = runInThisContext('(one, other) => %HaveSameMap(one, other)') as (
  one: unknown,
  other: unknown,
) => boolean;

/**
 * How many hidden classes `objects` have. In V8 11 (Node 20), a literal that starts with a spread and adds a key gives
 * every object a class of its own. Objects of one literal may have two or three, until V8 knows what they contain.
 */
export function hiddenClasses(objects: readonly object[]): number {
  const classes: object[] = [];
  for (const object of objects) if (!classes.some((one) => haveSameMap(one, object))) classes.push(object);
  return classes.length;
}
