import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Mount } from '../../transport/doors.js';

const types: ReadonlyMap<string, string> = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.json', 'application/json'],
  ['.map', 'application/json'],
  ['.png', 'image/png'],
  ['.gif', 'image/gif'],
  ['.svg', 'image/svg+xml'],
  ['.jpg', 'image/jpeg'],
]);

/** The operator's copy of the EasyRTC script and what belongs to it (EasyRTC §2): files of one folder, to be read by pages of any origin. */
export class Files implements Mount {
  readonly connections = 0;
  readonly #prefix: string;
  readonly #folder: string;

  constructor(prefix: string, folder: string) {
    this.#prefix = prefix;
    this.#folder = folder;
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    void this.#answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(404, { 'content-type': 'text/plain' });
      response.end();
    });
  }

  upgrade(_request: IncomingMessage, socket: Duplex): void {
    socket.destroy();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** @throws Error for whatever is no file of the folder */
  async #answer({ method, url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const name = decodeURIComponent((url.split('?', 1)[0] ?? '').slice(this.#prefix.length));
    const folder = await realpath(this.#folder);
    // Links and dots are followed first: what lies elsewhere is not served.
    const path = await realpath(join(folder, name));
    const about = await stat(path);
    if (!path.startsWith(folder + sep) || !about.isFile()) throw new Error('no file of the folder');
    response.writeHead(200, {
      'content-type': types.get(extname(path).toLowerCase()) ?? 'application/octet-stream',
      'content-length': about.size,
      'access-control-allow-origin': '*',
    });
    if (method === 'HEAD') response.end();
    else
      createReadStream(path)
        .once('error', () => response.destroy())
        .pipe(response);
  }
}
