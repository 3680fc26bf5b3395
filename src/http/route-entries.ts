/** What a route accepts and returns. Used only by the reference; a test compares it with the routes. */
interface RouteEntry {
  /** `probe` is open unless the timer file says otherwise; `read` and `act` need the token. */
  readonly access: 'probe' | 'read' | 'act';
  readonly summary: string;
}

const read = (summary: string): RouteEntry => ({ access: 'read', summary });
const act = (summary: string): RouteEntry => ({ access: 'act', summary });

/** Every route of the HTTP server, except the files of the page. */
export const ROUTES: Readonly<Record<string, RouteEntry>> = {
  'GET /healthz': { access: 'probe', summary: '200 if the scheduler is alive, otherwise 503: `ok` and `reasons`.' },
  'GET /readyz': { access: 'probe', summary: '200 if the scheduler is ready, otherwise 503: `ok` and `reasons`.' },
  'GET /metrics': read('The [metrics](metrics.md) in the text format of Prometheus.'),
  'GET /calendar.ics': read(
    'The firings of the next 31 days as an iCalendar file: at most 100 for each timer, 2,000 in total.',
  ),
  'GET /api/status': read(
    'The object that `timers status --json` prints, without `troubles`, which `/readyz` reports.',
  ),
  'GET /api/timeline': read(
    'Firings between `from` and `until` (at most 62 days apart), of up to 32 timers (`task_name`).',
  ),
  'GET /api/outcomes': read('The latest outcomes of `task_name`, or of all timers; `limit` is 1 to 200, default 50.'),
  'GET /api/run': read('One run with its output, by `run_id`; 404 if it is not known.'),
  'GET /api/events': read('Server-sent events of all timers, or of one `run_id`. At most 32 streams at a time.'),
  'POST /api/trigger': act('Does the same as the verb [`trigger`](control-socket.md#trigger).'),
  'POST /api/pause': act('Does the same as the verb [`pause`](control-socket.md#pause).'),
  'POST /api/resume': act('Does the same as the verb [`resume`](control-socket.md#resume).'),
  'POST /api/cancel': act('Does the same as the verb [`cancel`](control-socket.md#cancel).'),
  'POST /api/reset': act('Does the same as the verb [`reset`](control-socket.md#reset).'),
  'POST /api/outcomes': act('Records [outcomes of another machine](../guide/edge.md); returns `taken` and `repeated`.'),
  'POST /api/token': act('200 if the token is right. Does nothing else.'),
};
