import { Ajv2020 } from 'ajv/dist/2020.js';
import { logSchema } from '../../src/domain/log-schema.js';

const published = logSchema();

/** The published schema without room for further fields, so that it also finds fields that it does not describe. */
const strict = {
  ...published,
  $defs: Object.fromEntries(
    Object.entries(published['$defs'] as object).map(([name, schema]: [string, object]) => [
      name,
      { ...schema, additionalProperties: false },
    ]),
  ),
};

const ajv = new Ajv2020({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  // The schema's own pattern is stricter.
  formats: { 'date-time': true },
}).addSchema(strict, 'log');

/** What the schema of the log finds wrong in a record: a line for each problem. */
export function faultsOfRecord(record: { readonly event: string }): readonly string[] {
  // The definition of the event alone: its errors are not lost among those of all others.
  const validate = ajv.getSchema(`log#/$defs/${record.event}`);
  if (validate === undefined) return [`unknown event ${record.event}`];
  void validate(record);
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) => `${record.event}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
