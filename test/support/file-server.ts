import { createHash, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real server with one file, whose every response the test decides. It sends ETags, as file servers do. */
export class FileServer {
  /** Its file; with another status it has none. */
  text: string | Buffer = '';
  status = 200;
  /** Sends this many further bytes, in pieces. */
  padding = 0;
  hasEtags = true;
  /** Further headers of each response. */
  more: Readonly<Record<string, string>> = {};
  /** Signs the file. */
  key: KeyObject | undefined;
  /** Sends the signature in a header, not as a separate file. */
  isSignedInHeader = false;
  /** Leaves requests open. */
  isSilent = false;
  /** `GET /edge.yaml 200`, and the headers of each request. */
  readonly log: string[] = [];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>[] = [];
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/edge.yaml`;
  }

  /** Listens; after {@link close}, at the same port. */
  async open(): Promise<this> {
    this.#server = createServer((request, response) => {
      const { url = '', headers } = request;
      this.headers.push(headers);
      if (this.isSilent) return;
      const isSignature = url.endsWith('.sig');
      const body = isSignature ? this.#signature : Buffer.from(this.text);
      const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 6)}"`;
      const isSame = this.hasEtags && headers['if-none-match'] === etag && this.status === 200;
      const status = isSame ? 304 : isSignature && this.key === undefined ? 404 : this.status;
      this.log.push(`GET ${url} ${status}`);
      response.writeHead(status, {
        ...this.more,
        ...(this.hasEtags && { ETag: etag }),
        ...(this.isSignedInHeader && { 'Timers-Signature': this.#signature.toString('base64') }),
      });
      if (status === 304) response.end();
      else {
        response.write(body);
        for (let sent = 0; sent < this.padding; sent += 65_536) response.write(Buffer.alloc(65_536, '#'));
        response.end();
      }
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  get #signature(): Buffer {
    return this.key === undefined ? Buffer.alloc(0) : sign(null, Buffer.from(this.text), this.key);
  }
}
