export { healthchecks } from './healthchecks.js';
export { PLACEHOLDERS, placeholdersIn } from './placeholders.js';
export { isSlug, readDsn, sentry, slugOf, type MonitorConfig } from './sentry.js';
export { url } from './url.js';
