import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { rollBack } from './open-for-reading.js';

/**
 * Marks a file as a ledger of ours, at offset 68 of every SQLite database ("tmrs" in ASCII).
 * https://sqlite.org/fileformat2.html#application_id
 */
export const APPLICATION_ID = 0x746d7273;

const utc = (column: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;

/**
 * The steps from one version of the schema to the next. The version of a file is the number of steps it has been
 * through. Only append steps: users' files have been through the existing ones.
 *
 * Open runs are in a separate table. It is small and its rows come and go within a few pages, which makes admission
 * cheap. The rows of `firings` are therefore numbered in the order of their ends, so the latest outcomes need no index.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE firings (
    id INTEGER PRIMARY KEY,
    ended_at INTEGER NOT NULL,
    job_name TEXT NOT NULL,
    scheduled_for INTEGER NOT NULL,
    "trigger" TEXT NOT NULL,
    generation INTEGER NOT NULL,
    run_id TEXT,
    status TEXT NOT NULL,
    reason TEXT,
    count INTEGER,
    first_scheduled_for INTEGER,
    attempts INTEGER,
    lateness_ms INTEGER,
    duration_ms INTEGER,
    exit_code INTEGER,
    signal TEXT,
    error TEXT,
    failures_in_a_row INTEGER,
    is_recovery INTEGER,
    output_tail TEXT
  );
  CREATE UNIQUE INDEX firings_by_run ON firings (run_id) WHERE run_id IS NOT NULL;
  CREATE INDEX firings_by_job ON firings (job_name, ended_at);

  CREATE TABLE open_runs (
    admission INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    job_name TEXT NOT NULL,
    scheduled_for INTEGER NOT NULL,
    "trigger" TEXT NOT NULL,
    generation INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    started_at INTEGER,
    lateness_ms INTEGER NOT NULL,
    retry_at INTEGER,
    pid INTEGER
  );

  CREATE TABLE failed_attempts (
    run_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL,
    error TEXT NOT NULL,
    retry_in_ms INTEGER NOT NULL,
    PRIMARY KEY (run_id, attempt)
  ) WITHOUT ROWID;
  CREATE TRIGGER firings_pruned AFTER DELETE ON firings WHEN old.run_id IS NOT NULL BEGIN
    DELETE FROM failed_attempts WHERE run_id = old.run_id;
  END;

  CREATE TABLE jobs (
    name TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    cursor INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    admitted INTEGER NOT NULL,
    failures_in_a_row INTEGER NOT NULL,
    breaker TEXT NOT NULL,
    breaker_until INTEGER,
    breaker_cooldown_ms INTEGER,
    paused INTEGER NOT NULL,
    paused_until INTEGER,
    pause_reason TEXT,
    previous_scheduled_for INTEGER,
    last_success_at INTEGER,
    last_status TEXT,
    last_finished_at INTEGER
  ) WITHOUT ROWID;

  CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE reserve (room BLOB);

  CREATE VIEW history AS SELECT
    ${utc('ended_at')} AS ended_at,
    job_name AS task_name,
    status,
    reason,
    ${utc('scheduled_for')} AS scheduled_at,
    lateness_ms,
    duration_ms,
    attempts,
    exit_code,
    signal,
    error,
    "trigger",
    job_name || '@' || ${utc('scheduled_for')} || iif(generation = 0, '', '~' || generation) AS firing_id,
    run_id,
    count,
    ${utc('first_scheduled_for')} AS first_scheduled_at,
    output_tail
  FROM firings ORDER BY id DESC;
  `,
  `
  ALTER TABLE jobs ADD COLUMN definition TEXT;
  `,
  `
  ALTER TABLE firings ADD COLUMN cpu_ms REAL;
  ALTER TABLE firings ADD COLUMN max_rss_bytes INTEGER;
  DROP VIEW history;
  CREATE VIEW history AS SELECT
    ${utc('ended_at')} AS ended_at,
    job_name AS task_name,
    status,
    reason,
    ${utc('scheduled_for')} AS scheduled_at,
    lateness_ms,
    duration_ms,
    cpu_ms,
    max_rss_bytes,
    attempts,
    exit_code,
    signal,
    error,
    "trigger",
    job_name || '@' || ${utc('scheduled_for')} || iif(generation = 0, '', '~' || generation) AS firing_id,
    run_id,
    count,
    ${utc('first_scheduled_for')} AS first_scheduled_at,
    output_tail
  FROM firings ORDER BY id DESC;
  `,
  `
  ALTER TABLE open_runs ADD COLUMN decided TEXT;
  ALTER TABLE firings ADD COLUMN fallback_status TEXT;
  ALTER TABLE firings ADD COLUMN fallback_error TEXT;
  ALTER TABLE firings ADD COLUMN fallback_duration_ms INTEGER;
  DROP VIEW history;
  CREATE VIEW history AS SELECT
    ${utc('ended_at')} AS ended_at,
    job_name AS task_name,
    status,
    reason,
    ${utc('scheduled_for')} AS scheduled_at,
    lateness_ms,
    duration_ms,
    cpu_ms,
    max_rss_bytes,
    attempts,
    exit_code,
    signal,
    error,
    fallback_status,
    fallback_error,
    fallback_duration_ms,
    "trigger",
    job_name || '@' || ${utc('scheduled_for')} || iif(generation = 0, '', '~' || generation) AS firing_id,
    run_id,
    count,
    ${utc('first_scheduled_for')} AS first_scheduled_at,
    output_tail
  FROM firings ORDER BY id DESC;
  `,
  `
  ALTER TABLE firings ADD COLUMN fallback_output_tail TEXT;
  DROP VIEW history;
  CREATE VIEW history AS SELECT
    ${utc('ended_at')} AS ended_at,
    job_name AS task_name,
    status,
    reason,
    ${utc('scheduled_for')} AS scheduled_at,
    lateness_ms,
    duration_ms,
    cpu_ms,
    max_rss_bytes,
    attempts,
    exit_code,
    signal,
    error,
    fallback_status,
    fallback_error,
    fallback_duration_ms,
    "trigger",
    job_name || '@' || ${utc('scheduled_for')} || iif(generation = 0, '', '~' || generation) AS firing_id,
    run_id,
    count,
    ${utc('first_scheduled_for')} AS first_scheduled_at,
    output_tail,
    fallback_output_tail
  FROM firings ORDER BY id DESC;
  `,
  `
  ALTER TABLE open_runs ADD COLUMN node TEXT;
  ALTER TABLE firings ADD COLUMN node TEXT;
  DROP VIEW history;
  CREATE VIEW history AS SELECT
    ${utc('ended_at')} AS ended_at,
    job_name AS task_name,
    status,
    reason,
    ${utc('scheduled_for')} AS scheduled_at,
    lateness_ms,
    duration_ms,
    cpu_ms,
    max_rss_bytes,
    attempts,
    exit_code,
    signal,
    error,
    fallback_status,
    fallback_error,
    fallback_duration_ms,
    "trigger",
    job_name || '@' || ${utc('scheduled_for')} || iif(generation = 0, '', '~' || generation) AS firing_id,
    run_id,
    node,
    count,
    ${utc('first_scheduled_for')} AS first_scheduled_at,
    output_tail,
    fallback_output_tail
  FROM firings ORDER BY id DESC;
  `,
  `
  ALTER TABLE failed_attempts ADD COLUMN node TEXT;
  `,
];

/**
 * Brings a database to the newest schema, each step in its own transaction.
 * @throws SQLite's errors; the failing step is then undone.
 */
export function migrate(database: DatabaseSyncInstance, version: number): void {
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < version) continue;
    try {
      database.exec(
        `BEGIN IMMEDIATE; ${step} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${index + 1}; COMMIT`,
      );
    } finally {
      rollBack(database);
    }
  }
}
