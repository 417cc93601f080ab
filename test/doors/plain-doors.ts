import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { adminToken } from '../support/administrator.js';
import { enter, doors } from './doors.js';
import type { DoorStage } from './stage.js';

/** A way into the server that keeps no clients: one request, one answer. */
export interface PlainDoor {
  readonly name: string;
  /** What the requests to this door bear besides Host. */
  readonly headers: readonly string[];
  /** A GET of it is answered with `200`, or `202`. */
  readonly path: string;
  /** A request of this method may bring a body there. */
  readonly upload: string;
  /** The body of a refusal. */
  readonly refused: (status: number, title: string, code: string, reason: string) => string;
}

const text: PlainDoor['refused'] = (_status, _title, _code, reason) => `${reason}\n`;

export const rest: PlainDoor = {
  name: 'REST',
  headers: [`Authorization: Bearer ${adminToken}`],
  path: '/api/v1/rooms',
  upload: 'DELETE /api/v1/rooms/hall',
  refused: (status, title, code, detail) => JSON.stringify({ type: 'about:blank', title, status, detail, code }),
};

export const adminPort: PlainDoor = {
  name: 'ADMIN_PORT',
  headers: [],
  path: '/metrics',
  upload: 'PUT /metrics',
  refused: rest.refused,
};

export const easyRtcFiles: PlainDoor = {
  name: 'the files of EasyRTC',
  headers: [],
  path: '/easyrtc/easyrtc.js',
  upload: 'PUT /easyrtc/easyrtc.js',
  refused: text,
};

/** Of a Concierge client that is connected, and has a file there. */
export async function conciergeFiles(stage: DoorStage): Promise<PlainDoor> {
  const door = doors.find(({ name }) => name.startsWith('Concierge'));
  if (!door) throw new Error('there is a door for Concierge');
  const { line } = stage.keep(await enter(door, stage.origin, { name: 'ada' }));
  const hello = line.received.find((packet) => packet.includes('"HELLO"')) ?? '{}';
  const { fs_key: key } = JSON.parse(hello) as { readonly fs_key?: string };
  const files: PlainDoor = {
    name: 'the files of Concierge',
    headers: [`x-fs-key: ${key ?? ''}`],
    path: '/fs/ada/a.txt',
    upload: 'PUT /fs/ada/a.txt',
    refused: text,
  };
  const put = new RawClient(stage.origin);
  put.send(head(files, files.upload, ['Content-Length: 500000']), Buffer.alloc(500_000, 'x'));
  await put.answered(1);
  put.cut();
  return files;
}

/** The head of a request. @param line method and path */
export function head(door: PlainDoor, line: string, more: readonly string[] = []): string {
  return [`${line} HTTP/1.1`, 'Host: 127.0.0.1', ...door.headers, ...more, '', ''].join('\r\n');
}

/** One TCP connection, over which bytes go as they are. */
export class RawClient {
  readonly socket: Socket;
  #received = '';

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.setEncoding('latin1');
    this.socket.on('data', (chunk: string) => (this.#received += chunk));
    this.socket.on('error', () => undefined);
  }

  send(...parts: readonly (string | Buffer)[]): void {
    for (const part of parts) this.socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
  }

  /** The status of each answer so far. */
  get statuses(): string[] {
    return [...this.#received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = '']) => status);
  }

  /** The body of the last answer. Chunks of a length come without their lengths. */
  get body(): string {
    const [, body = ''] = this.#received.slice(this.#received.lastIndexOf('HTTP/1.1 ')).split('\r\n\r\n');
    return body.replace(/^0(\r\n)*$/, '').replace(/^[\da-f]+\r\n([^]*)\r\n0$/, '$1');
  }

  /** Resolves when so many answers have begun, or the connection is closed. */
  async answered(count: number): Promise<void> {
    while (this.statuses.length < count && !this.socket.closed) {
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
    }
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  cut(): void {
    this.socket.destroy();
  }
}
