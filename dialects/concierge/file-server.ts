import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import busboy from 'busboy';
import type { Mount } from '../../transport/doors.js';
import { fileNameOf, readFilePath } from './file-path.js';
import type { FileStore, Upload } from './file-store.js';
import { isClientName } from './identity.js';

/** Whoever a key belongs to, as the file server needs to know it. */
export interface KeyHolder {
  readonly name: string;
  /** Whether the key is one that others may know too. */
  readonly isShared: boolean;
  readonly remoteAddress: string | undefined;
}

export interface FileServerOptions {
  /** The path it is mounted at. */
  readonly path: string;
  readonly store: FileStore;
  /** The connected client of a key; undefined when it is nobody's. */
  readonly holderOf: (key: string) => KeyHolder | undefined;
  /** Whether a text can be a key at all. */
  readonly isKey: (text: string) => boolean;
  readonly onDefect: (error: unknown) => void;
}

/** Whoever puts files into her own folder. */
interface Writer {
  readonly name: string;
  /** Whether she is still there; another client of the same name is not she. */
  readonly isThere: () => boolean;
}

/** What a request is refused with. */
class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Bytes of a file that is sent by PUT, as the original has it. */
const maxPutBytes = 2 * 1024 * 1024;
/** Parts of one form. */
const maxParts = 100;
const writing: ReadonlySet<string> = new Set(['POST', 'PUT', 'DELETE']);
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** Files that clients leave for each other while they are connected (Concierge §12). */
export class FileServer implements Mount {
  /** Files hold no connections. */
  readonly connections = 0;
  readonly #options: FileServerOptions;

  constructor(options: FileServerOptions) {
    this.#options = options;
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('x-content-type-options', 'nosniff');
    this.#answer(request, response).catch((error: unknown) => {
      const refusal = error instanceof HttpRefusal ? error : undefined;
      // A request that broke off is nobody’s defect. One that was read to its end counts as destroyed, too.
      if (!refusal && !request.socket.destroyed) this.#options.onDefect(error);
      if (response.headersSent) {
        response.destroy();
        return;
      }
      // What is still on its way of a refused upload is not waited for.
      if (!request.complete) response.setHeader('connection', 'close');
      response.writeHead(refusal?.status ?? 500, { 'content-type': 'text/plain' });
      response.end(`${refusal?.message ?? 'internal error'}\n`);
      if (!request.complete) response.once('finish', () => request.destroy());
    });
  }

  upgrade(_request: IncomingMessage, socket: Duplex): void {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    if (method === 'OPTIONS') {
      response.setHeader('access-control-allow-methods', 'GET, POST, PUT, DELETE');
      response.setHeader('access-control-allow-headers', 'x-fs-key, content-type');
      response.writeHead(204).end();
      return;
    }
    if (method !== 'GET' && !writing.has(method)) {
      response.setHeader('allow', 'GET, POST, PUT, DELETE, OPTIONS');
      throw new HttpRefusal(405, 'There are GET, POST, PUT and DELETE');
    }
    const key = this.#keyOf(request);
    const holder = this.#options.holderOf(key);
    if (!holder) throw new HttpRefusal(401, 'The key is of nobody who is connected');
    const path = readFilePath(this.#below(request));
    if (!path || !isClientName(path.client)) throw new HttpRefusal(400, 'There can be no such file');
    if (method === 'GET') {
      await this.#get(path.client, path.file, response);
      return;
    }
    if (path.client !== holder.name) throw new HttpRefusal(403, 'This is the folder of somebody else');
    if (holder.isShared && holder.remoteAddress !== request.socket.remoteAddress) {
      throw new HttpRefusal(403, 'Only where the client is connected from may this key write');
    }
    const writer = { name: holder.name, isThere: () => this.#options.holderOf(key) !== undefined };
    if (method === 'DELETE') this.#delete(path.client, path.file);
    else if (method === 'PUT') await this.#put(writer, path.file, request);
    else await this.#post(writer, path.file, request);
    response.writeHead(method === 'DELETE' ? 200 : 201).end();
  }

  #below({ url = '' }: IncomingMessage): string {
    const [path = ''] = url.split('?', 1);
    return path.slice(this.#options.path.length);
  }

  #keyOf({ headers }: IncomingMessage): string {
    const key = headers['x-fs-key'];
    if (typeof key !== 'string' || key === '') throw new HttpRefusal(428, 'The header x-fs-key is missing');
    if (!this.#options.isKey(key)) throw new HttpRefusal(417, 'The header x-fs-key holds no key');
    return key;
  }

  async #get(client: string, name: string, response: ServerResponse): Promise<void> {
    const found = await this.#options.store.read(client, name);
    if (!found) throw new HttpRefusal(404, 'There is no such file');
    const { handle, size } = found;
    response.writeHead(202, {
      'content-type': 'application/octet-stream',
      'content-length': size,
      'content-disposition': `attachment; filename*=UTF-8''${encoded(name)}`,
      'cache-control': 'no-store',
    });
    // The stream closes the handle, whatever happens.
    await pipeline(handle.createReadStream({ end: Math.max(0, size - 1) }), response).catch(() => response.destroy());
  }

  #delete(client: string, name: string): void {
    if (!this.#options.store.remove(client, name)) throw new HttpRefusal(404, 'There is no such file');
  }

  async #put(writer: Writer, name: string, request: IncomingMessage): Promise<void> {
    if (name === '') throw new HttpRefusal(400, 'A file needs a name');
    if (Number(request.headers['content-length'] ?? 0) > maxPutBytes) throw tooLarge();
    const upload = await this.#begin(writer);
    try {
      let bytes = 0;
      for await (const piece of request as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > maxPutBytes || !(await upload.write(piece))) throw tooLarge();
      }
      await this.#keep(writer, new Map([[name, upload]]));
    } finally {
      await upload.drop();
    }
  }

  async #post(writer: Writer, name: string, request: IncomingMessage): Promise<void> {
    const uploads = new Map<string, Upload>();
    try {
      await this.#receiveForm(writer, name, request, uploads);
      if (uploads.size === 0) throw new HttpRefusal(400, 'There is no file in the form');
      await this.#keep(writer, uploads);
    } finally {
      await Promise.all([...uploads.values()].map((upload) => upload.drop()));
    }
  }

  /** One file for a path with a name, of whatever is in the form; as many as there are for a path without. */
  async #receiveForm(
    writer: Writer,
    name: string,
    request: IncomingMessage,
    uploads: Map<string, Upload>,
  ): Promise<void> {
    const form = formOf(request);
    let firstName: string | undefined;
    let tail = Promise.resolve();
    let refused: unknown;
    const received = new Promise<void>((done, fail) => {
      const stop = (error: unknown): void => {
        refused ??= error;
        request.unpipe(form);
        fail(refused instanceof Error ? refused : new Error('The form cannot be read', { cause: refused }));
      };
      const part = (given: string | undefined, stream: Readable | undefined): void => {
        stream?.on('error', stop);
        const kept = name === '' ? fileNameOf(given ?? '') : name;
        firstName ??= given;
        if (given === undefined || !stream) stop(new HttpRefusal(name === '' ? 428 : 412, 'A part has no filename'));
        else if (name !== '' && given !== firstName) stop(new HttpRefusal(412, 'The parts are of different files'));
        else if (kept === undefined) stop(new HttpRefusal(400, 'There can be no file of that name'));
        else tail = tail.then(() => this.#receivePart(writer, kept, stream, uploads));
        tail.catch(stop);
      };
      form.on('file', (_field, stream, { filename }: { filename?: string }) => {
        part(filename, stream);
      });
      form.on('field', () => {
        part(undefined, undefined);
      });
      form.on('partsLimit', () => {
        stop(new HttpRefusal(413, 'There are too many parts'));
      });
      form.on('error', () => {
        stop(new HttpRefusal(400, 'The form is malformed'));
      });
      form.on('close', () => {
        tail.then(done, stop);
      });
      request.on('aborted', () => {
        stop(new HttpRefusal(400, 'The request broke off'));
      });
      request.pipe(form);
    });
    try {
      await received;
    } finally {
      form.removeAllListeners('file');
      form.on('error', () => undefined);
      form.destroy();
      // Nothing is written any more when the uploads are dropped.
      await tail.catch(() => undefined);
    }
  }

  async #receivePart(writer: Writer, name: string, part: Readable, uploads: Map<string, Upload>): Promise<void> {
    const upload = uploads.get(name) ?? (await this.#begin(writer));
    uploads.set(name, upload);
    for await (const piece of part as AsyncIterable<Buffer>) if (!(await upload.write(piece))) throw tooLarge();
  }

  async #begin(writer: Writer): Promise<Upload> {
    if (!writer.isThere()) throw new HttpRefusal(401, 'The client has left');
    const upload = await this.#options.store.upload(writer.name);
    if (!upload) throw new HttpRefusal(413, 'There are too many files');
    return upload;
  }

  /** All of them or none. */
  async #keep(writer: Writer, uploads: ReadonlyMap<string, Upload>): Promise<void> {
    await Promise.all([...uploads.values()].map((upload) => upload.finish()));
    if (!writer.isThere()) throw new HttpRefusal(401, 'The client has left');
    if (!this.#options.store.hasPlaceFor(writer.name, uploads.keys())) {
      throw new HttpRefusal(413, 'There are too many files');
    }
    for (const [name, upload] of uploads) upload.keep(name);
  }
}

/** @throws HttpRefusal 400 */
function formOf({ headers }: IncomingMessage): busboy.Busboy {
  try {
    return busboy({ headers, defParamCharset: 'utf8', preservePath: true, limits: { parts: maxParts, fields: 1 } });
  } catch {
    throw new HttpRefusal(400, 'The form is malformed');
  }
}

function tooLarge(): HttpRefusal {
  return new HttpRefusal(413, 'This is more than may be left here');
}

/** As an extended parameter of a header (RFC 8187 §3.2.1). */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
