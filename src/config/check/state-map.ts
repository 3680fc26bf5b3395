import * as z from 'zod/mini';

import { MINUTE, SECOND } from '../../domain/time.js';
import { duration, machineName, path, refuse, storeUrl } from './schema-values.js';

export const lease = z.pipe(
  duration,
  z.transform((length: number, context) =>
    length >= 5 * SECOND && length <= 5 * MINUTE
      ? length
      : refuse(context, length, {
          code: 'bad-duration',
          message: 'A lease must last from 5s to 5m.',
          hint: 'For example: lease: 15s',
        }),
  ),
);
/** `state` as a map: a store that several machines share. */
export const stateMap = z.strictObject(
  {
    url: z.optional(storeUrl),
    password_file: z.optional(path),
    lease: z.optional(lease),
    name: z.optional(machineName),
  },
  'a map with url, password_file, lease and name',
);
