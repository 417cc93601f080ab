import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createContext, runInContext } from 'node:vm';
import { WebSocket } from 'ws';

/** A socket of a namespace, as the client of old has it. */
export interface OldSocket {
  on(event: string, listener: (...args: unknown[]) => void): void;
  emit(event: string, ...args: unknown[]): void;
  disconnect(): void;
  readonly socket: {
    readonly sessionid: string;
    readonly transport: { readonly name: string; readonly websocket?: { close(): void } };
    disconnect(): void;
    connect(): void;
  };
}

/** Where the script of browsers is in the package; its part for Node does not load on Node 20. */
export const oldClientScript = createRequire(import.meta.url).resolve('socket.io-client-09/dist/socket.io.js');

type Connect = (url: string, options: object) => OldSocket;

/** The script of the client of old (0.9.17) as it is, in a window that has what it looks for. */
export class OldWindow {
  readonly #connect: Connect;

  constructor(origin: string) {
    const { protocol, hostname, port } = new URL(origin);
    const document = {
      readyState: 'complete',
      domain: hostname,
      documentElement: { style: {} },
      getElementById: () => null,
      getElementsByTagName: () => [],
      createElement: () => ({}),
      addEventListener: () => undefined,
    };
    const window: Record<string, unknown> = {
      ...{ document, console, setTimeout, clearTimeout, setInterval, clearInterval, WebSocket },
      location: { protocol, hostname, port },
      navigator: { userAgent: 'test', platform: 'test', plugins: [], mimeTypes: [] },
      XMLHttpRequest: Request,
      addEventListener: () => undefined,
    };
    window.window = window;
    const context = createContext(window);
    runInContext(readFileSync(oldClientScript, 'utf8'), context);
    this.#connect = runInContext('(url, options) => io.connect(url, options)', context) as Connect;
  }

  connect(url: string, options: object): OldSocket {
    return this.#connect(url, { 'force new connection': true, ...options });
  }
}

/** As much of XMLHttpRequest as that client uses. */
class Request {
  readyState = 0;
  status = 0;
  responseText = '';
  withCredentials = false;
  onreadystatechange: (() => void) | undefined;
  readonly #abort = new AbortController();
  #method = '';
  #url = '';

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
  }

  setRequestHeader(): void {
    // Of a text, as it is anyway.
  }

  send(body?: string | null): void {
    const init = { method: this.#method, signal: this.#abort.signal, ...(body ? { body } : {}) };
    fetch(this.#url, init)
      .then(async (response) => {
        this.responseText = await response.text();
        this.status = response.status;
      })
      .catch(() => undefined)
      .then(() => {
        this.readyState = 4;
        // It sets both, and each would be taken for the answer.
        const { onload } = this as { onload?: () => void };
        if (onload) onload.call(this);
        else this.onreadystatechange?.();
      })
      .catch(() => undefined);
  }

  abort(): void {
    this.onreadystatechange = undefined;
    this.#abort.abort();
  }
}
