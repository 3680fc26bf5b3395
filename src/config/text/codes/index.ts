import type { ScheduleCode } from '../../../schedules/kind.js';
import type { FILE_CODES } from './file.js';
import type { SETTING_CODES } from './settings.js';
import type { VALUE_CODES } from './values.js';
import type { WARNING_CODES } from './warnings.js';
import type { YAML_CODES } from './yaml.js';

type Entries = typeof FILE_CODES & typeof YAML_CODES & typeof VALUE_CODES & typeof SETTING_CODES & typeof WARNING_CODES;

/** The code of a diagnostic. A new one needs its entry in a file of this folder, or in `schedules/codes.ts`. */
export type Code = keyof Entries | ScheduleCode;
