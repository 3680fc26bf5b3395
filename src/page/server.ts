import { readEvents, type StreamEvent } from './read-events.js';

const KEY = 'timers.token';
/** A stream that is silent for this long is dead: the server sends something every 15 s. */
const SILENCE = 40_000;

/** The server rejected a request. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The scheduler that served this page. The token is sent with every request, and lives as long as the tab. */
export class Server {
  #token = storage()?.getItem(KEY) ?? undefined;

  get token(): string | undefined {
    return this.#token;
  }

  set token(token: string | undefined) {
    this.#token = token;
    if (token === undefined) storage()?.removeItem(KEY);
    else storage()?.setItem(KEY, token);
  }

  /** Requests data. @throws RefusedError with the reason; TypeError if the server cannot be reached. */
  async get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    return (await (await this.#ask(path, signal ? { signal } : {})).json()) as Answer;
  }

  /** Requests an action. Throws like {@link get}. */
  async post(verb: string, args: object = {}): Promise<unknown> {
    const headers = { 'Content-Type': 'application/json' };
    return (await this.#ask(`api/${verb}`, { method: 'POST', headers, body: JSON.stringify(args) })).json();
  }

  /** Listens to a stream until it ends. Throws like {@link get}, and when it falls silent. */
  async listen(path: string, heard: (event: StreamEvent) => void, signal: AbortSignal): Promise<void> {
    const silence = new AbortController();
    let alarm = setTimeout(() => silence.abort(), SILENCE);
    try {
      const response = await this.#ask(path, { signal: AbortSignal.any([signal, silence.signal]) });
      if (response.body === null) return;
      const noticed = () => {
        clearTimeout(alarm);
        alarm = setTimeout(() => silence.abort(), SILENCE);
      };
      await readEvents(response.body, heard, noticed);
    } finally {
      clearTimeout(alarm);
    }
  }

  // EventSource cannot send a header, and a token in an address ends up in histories and logs.
  async #ask(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#token !== undefined) headers.set('Authorization', `Bearer ${this.#token}`);
    const response = await fetch(path, { ...init, headers, cache: 'no-store', credentials: 'omit' });
    if (response.ok) return response;
    const { error } = (await response.json().catch(() => ({}))) as { error?: string };
    throw new RefusedError(response.status, error ?? `the server returned ${response.status}`);
  }
}

/** Returns the storage of this tab. Browsers with storage disabled throw on mere access. */
function storage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
