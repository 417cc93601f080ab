import type { RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import { callerOf } from '../../transport/gate/caller.js';
import type { FilePath } from './file-path.js';
import { readFilePath } from './file-path.js';
import { NoSpace } from './file-store.js';
import type { FileStore } from './file-store.js';
import { FileUploads } from './file-uploads.js';
import type { Writer } from './file-uploads.js';
import { HttpRefusal } from './http-refusal.js';
import { isClientName } from './identity.js';

/** What the file server needs to know of the client that a key belongs to. */
export interface KeyHolder {
  readonly name: string;
  /** Whether other clients may know the key too. */
  readonly isShared: boolean;
  /** The IP address from which the client is connected. */
  readonly address: string;
  /** Whether the client may leave files for others. */
  readonly mayWrite: boolean;
}

export interface FileServerOptions {
  /** The path it is mounted at. */
  readonly path: string;
  readonly store: FileStore;
  /** The connected client of a key; undefined when no client has it. */
  readonly holderOf: (key: string) => KeyHolder | undefined;
  /** Whether a text has the form of a key. */
  readonly isKey: (text: string) => boolean;
  readonly onDefect: (error: unknown) => void;
}

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
/** `readFilePath` reads the paths, because Express would decode and split them in its own way. */
const anyPath = /^/;

const methods = 'GET, POST, PUT, DELETE, OPTIONS';

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** Files that clients leave for each other while they are connected (docs/protocols/concierge.md#12-file-server). */
export function fileServer(options: FileServerOptions): RequestListener {
  const { path, store } = options;
  const uploads = new FileUploads(store);
  const files = express.Router();
  files.use((_request, response, next) => {
    next();
  });
  files
    .route(anyPath)
    // HEAD comes first; otherwise Express answers it as GET.
    .head(refuseMethod)
    .options((_request, response) => {
      response.setHeader('allow', methods);
      response.setHeader('access-control-allow-methods', 'GET, POST, PUT, DELETE');
      response.setHeader('access-control-allow-headers', 'x-fs-key, content-type');
      response.writeHead(204).end();
    })
    .get(async (request, response) => {
      await send(store, askedFor(request, options).path, response);
    })
    .put(async (request, response) => {
      const { writer, name } = toWrite(request, options);
      await uploads.put(writer, name, request);
      response.writeHead(201).end();
    })
    .post(async (request, response) => {
      const { writer, name } = toWrite(request, options);
      await uploads.post(writer, name, request);
      response.writeHead(201).end();
    })
    .delete((request, response) => {
      const { writer, name } = toWrite(request, options);
      if (!store.remove(writer.name, name)) throw new HttpRefusal(404, 'There is no such file');
      response.writeHead(200).end();
    })
    .all(refuseMethod);

  const app = express();
  app.disable('x-powered-by');
  app.use(path, files);
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    refuse(error, request, response, options);
  });
  return app;
}

function refuseMethod(_request: Request, response: Response): never {
  response.setHeader('allow', methods);
  throw new HttpRefusal(405, 'There are GET, POST, PUT and DELETE');
}

/** @throws HttpRefusal 428, 417, 401, 400, in this order */
function askedFor(
  { headers, url }: Request,
  { isKey, holderOf }: FileServerOptions,
): { readonly key: string; readonly holder: KeyHolder; readonly path: FilePath } {
  const key = headers['x-fs-key'];
  if (typeof key !== 'string' || key === '') throw new HttpRefusal(428, 'The header x-fs-key is missing');
  if (!isKey(key)) throw new HttpRefusal(417, 'The header x-fs-key holds no key');
  const holder = holderOf(key);
  if (!holder) throw new HttpRefusal(401, 'The key is of nobody who is connected');
  const path = readFilePath(url.split('?', 1)[0] ?? '');
  if (!path || !isClientName(path.client)) throw new HttpRefusal(400, 'There can be no such file');
  return { key, holder, path };
}

/** @throws HttpRefusal as `askedFor`, and 403 when the client may not write there */
function toWrite(request: Request, options: FileServerOptions): { readonly writer: Writer; readonly name: string } {
  const { key, holder, path } = askedFor(request, options);
  if (path.client !== holder.name) throw new HttpRefusal(403, 'This is the folder of somebody else');
  if (holder.isShared && holder.address !== callerOf(request).address) {
    throw new HttpRefusal(403, 'Only where the client is connected from may this key write');
  }
  if (!holder.mayWrite) throw new HttpRefusal(403, 'You may leave no files in your rooms');
  const isThere = (): boolean => options.holderOf(key) !== undefined;
  return { writer: { name: holder.name, isThere }, name: path.file };
}

/** @throws HttpRefusal 404 */
async function send(store: FileStore, { client, file }: FilePath, response: ServerResponse): Promise<void> {
  const found = await store.read(client, file);
  if (!found) throw new HttpRefusal(404, 'There is no such file');
  const { handle, size } = found;
  response.writeHead(202, {
    'content-type': 'application/octet-stream',
    'content-length': size,
    'content-disposition': `attachment; filename*=UTF-8''${encoded(file)}`,
    'cache-control': 'no-store',
  });
  // The stream closes the handle in every case.
  await pipeline(handle.createReadStream({ end: Math.max(0, size - 1) }), response).catch(() => response.destroy());
}

function refuse(error: unknown, request: Request, response: Response, { onDefect }: FileServerOptions): void {
  const given = error instanceof NoSpace ? new HttpRefusal(507, 'The server has no space left') : error;
  const refusal = given instanceof HttpRefusal ? given : undefined;
  // A request that broke off is no defect of the server. `request.destroyed` would also be true after a complete request.
  if (!refusal && !request.socket.destroyed) onDefect(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!request.complete) response.setHeader('connection', 'close');
  response.writeHead(refusal?.status ?? 500, { 'content-type': 'text/plain' });
  response.end(`${refusal?.message ?? 'internal error'}\n`);
}

/** As an extended parameter of a header (RFC 8187 §3.2.1). */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
