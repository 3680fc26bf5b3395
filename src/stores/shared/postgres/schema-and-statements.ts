/**
 * One row of `timers_lease` is one state: who has the lease until when, by the server's clock, and the number of its
 * last write. Every statement that depends on the fence updates this row, so that statements of several machines wait
 * for each other.
 */
export const SCHEMA = `
create table if not exists timers_lease (
  state text primary key, fence bigint not null, seq bigint not null, holder_id text not null, holder text not null,
  previous text, until timestamptz not null, seen timestamptz);
create table if not exists timers_jobs (state text, key text, content text not null, primary key (state, key));
create table if not exists timers_runs (state text, key text, content text not null, primary key (state, key));
create table if not exists timers_log (
  number bigint generated always as identity, state text, content text not null, primary key (state, number));
create table if not exists timers_notes (
  state text, name text, content text not null, until timestamptz not null, primary key (state, name))`;

const NOW = 'clock_timestamp()';
const IN_MS = (parameter: string) => `${NOW} + ${parameter}::float8 * interval '1 ms'`;

/**
 * $1 state, $2 candidate's id, $3 its name, $4 lease in ms, $5 highest fence seen, $6 highest number of a write seen
 * under it. Returns no row if the lease was not taken.
 */
export const TAKE = `
insert into timers_lease as l (state, fence, seq, holder_id, holder, until)
select $1, (extract(epoch from ${NOW}) * 1000000)::bigint, 0, $2, $3, ${IN_MS('$4')}
where $5::bigint = 0 or exists (select 1 from timers_lease where state = $1)
on conflict (state) do update set
  fence = case when l.until > ${NOW} then l.fence else greatest(l.fence + 1, excluded.fence) end,
  seq = case when l.until > ${NOW} then l.seq else 0 end,
  previous = case when l.until > ${NOW} then l.previous else l.holder end,
  holder_id = $2, holder = $3, until = ${IN_MS('$4')}
where case when l.until > ${NOW} then l.holder_id = $2 else (l.fence, l.seq) >= ($5::bigint, $6::bigint) end
returning fence, previous, extract(epoch from ${NOW} - seen)::float8 * 1000 as idle`;

/** $1 state. */
export const STANDING = `select fence, seq, holder, until > ${NOW} as held from timers_lease where state = $1`;

/** $1 state, $2 fence, $3 lease in ms, $4 holder's id, $5 its name. Returns no row if the lease is lost. */
export const RENEW = `
insert into timers_lease as l (state, fence, seq, holder_id, holder, until, seen)
values ($1, $2, -1, $4, $5, ${IN_MS('$3')}, ${NOW})
on conflict (state) do update set
  seq = case when l.fence < excluded.fence then -1 else l.seq end,
  fence = excluded.fence, holder_id = $4, holder = $5, until = ${IN_MS('$3')}, seen = ${NOW}
where l.fence <= excluded.fence
returning 1`;

/** $1 state, $2 fence. */
export const RELEASE = `update timers_lease set until = ${NOW} where state = $1 and fence = $2`;

const put = (table: string, keys: string, contents: string) => `
insert into timers_${table} (state, key, content)
select $1, key, content from held, unnest(${keys}::text[], ${contents}::text[]) as entry (key, content)
on conflict (state, key) do update set content = excluded.content`;
const drop = (table: string, keys: string) =>
  `delete from timers_${table} where state = $1 and key = any(${keys}::text[]) and exists (select 1 from held)`;

/**
 * $1 state, $2 fence, $3 number, $10 log entries. Memories: $4 and $5, and $6 to delete. Open runs: $7 and $8, and $9
 * to delete. This is one statement, because a pooler may give each statement another connection. If the number does not
 * follow, `written` is 0 and nothing is written.
 */
export const WRITE = `
with held as (
  update timers_lease set seq = $3, seen = ${NOW} where state = $1 and fence = $2 and seq = $3::bigint - 1 returning 1),
 jobs as (${put('jobs', '$4', '$5')}), less_jobs as (${drop('jobs', '$6')}),
 runs as (${put('runs', '$7', '$8')}), less_runs as (${drop('runs', '$9')}),
 logged as (
  insert into timers_log (state, content)
  select $1, content from held, unnest($10::text[]) with ordinality as entry (content, place) order by place)
select count(*)::int as written from held`;

/**
 * $1 state, $2 fence, $3 number, $4 holder's id, $5 its name. Returns no row if somebody else has the lease, or if the
 * number is written already.
 */
export const BEGIN_WHOLE = `
insert into timers_lease as l (state, fence, seq, holder_id, holder, until, seen)
values ($1, $2, $3, $4, $5, '-infinity', ${NOW})
on conflict (state) do update set fence = $2, seq = $3, seen = ${NOW},
  holder_id = case when l.fence = $2 then l.holder_id else $4 end,
  holder = case when l.fence = $2 then l.holder else $5 end
where l.fence < $2 or (l.fence = $2 and l.seq < $3)
returning 1`;

/**
 * $1 state, $2 and $3 memories or open runs, or $2 log entries. Run after {@link BEGIN_WHOLE}, in the same transaction.
 */
export const WHOLE = {
  clearJobs: 'delete from timers_jobs where state = $1',
  jobs: 'insert into timers_jobs (state, key, content) select $1, * from unnest($2::text[], $3::text[])',
  clearRuns: 'delete from timers_runs where state = $1',
  runs: 'insert into timers_runs (state, key, content) select $1, * from unnest($2::text[], $3::text[])',
  log: `insert into timers_log (state, content)
    select $1, content from unnest($2::text[]) with ordinality as entry (content, place) order by place`,
};

/** $1 state, $2 how many to keep. */
export const TRIM_LOG = `
delete from timers_log where state = $1 and number <=
  (select number from timers_log where state = $1 order by number desc offset $2 limit 1)`;

/** $1 state. */
export const READ = {
  jobs: 'select key, content from timers_jobs where state = $1',
  runs: 'select key, content from timers_runs where state = $1',
};

/** $1 state, $2 position before the first, $3 how many. */
export const LOG =
  'select number::text as position, content from timers_log where state = $1 and number > $2 order by number limit $3';

/** $1 state, $2 name, $3 text, $4 lifetime in ms. */
export const PUT = `
with lapsed as (delete from timers_notes where state = $1 and name <> $2 and until <= ${NOW})
insert into timers_notes (state, name, content, until) values ($1, $2, $3, ${IN_MS('$4')})
on conflict (state, name) do update set content = excluded.content, until = excluded.until`;

/** $1 state, $2 how the names begin. */
export const NOTES = `
select name, content from timers_notes where state = $1 and starts_with(name, $2) and until > ${NOW}
order by name collate "C"`;

/** $1 state, which every statement gets. */
export const TIME = `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms where $1::text is not null`;

/** $1 state, $2 name. */
export const REMOVE = `delete from timers_notes where state = $1 and name = $2 returning until > ${NOW} as living`;
