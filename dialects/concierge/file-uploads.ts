import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { fileNameOf } from './file-path.js';
import type { FileStore, Upload } from './file-store.js';
import { HttpRefusal } from './http-refusal.js';

/** A client that uploads files into its own folder. */
export interface Writer {
  readonly name: string;
  /** Whether the client is still connected. Another client of the same name does not count. */
  readonly isThere: () => boolean;
}

/** The longest file that is sent by PUT, in bytes, as in the original. */
const maxPutBytes = 2 * 1024 * 1024;
/** The most parts of one form. */
const maxParts = 100;

/**
 * Receives files. It keeps all files of a request or none (docs/protocols/concierge.md#12-file-server). Its methods
 * throw HttpRefusal.
 */
export class FileUploads {
  readonly #store: FileStore;

  constructor(store: FileStore) {
    this.#store = store;
  }

  /** Receives one file, which is the body of the request. */
  async put(writer: Writer, name: string, request: IncomingMessage): Promise<void> {
    if (name === '') throw new HttpRefusal(400, 'A file needs a name');
    if (Number(request.headers['content-length'] ?? 0) > maxPutBytes) throw tooLarge();
    const upload = await this.#begin(writer);
    try {
      let bytes = 0;
      // A request that is destroyed could not be answered any more.
      for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > maxPutBytes || !(await upload.write(piece))) throw tooLarge();
      }
      await this.#keep(writer, new Map([[name, upload]]));
    } finally {
      await upload.drop();
    }
  }

  /** Receives the files of a form: parts of one file under `name`, or, when `name` is empty, files under their own names. */
  async post(writer: Writer, name: string, request: IncomingMessage): Promise<void> {
    const uploads = new Map<string, Upload>();
    try {
      await this.#receiveForm(writer, name, request, uploads);
      if (uploads.size === 0) throw new HttpRefusal(400, 'There is no file in the form');
      await this.#keep(writer, uploads);
    } finally {
      await Promise.all([...uploads.values()].map((upload) => upload.drop()));
    }
  }

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
      // Waits until nothing is written any more, before the uploads are dropped.
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
    const upload = await this.#store.upload(writer.name);
    if (!upload) throw new HttpRefusal(413, 'There are too many files');
    return upload;
  }

  /** Keeps all uploads or none. */
  async #keep(writer: Writer, uploads: ReadonlyMap<string, Upload>): Promise<void> {
    await Promise.all([...uploads.values()].map((upload) => upload.finish()));
    if (!writer.isThere()) throw new HttpRefusal(401, 'The client has left');
    if (!this.#store.hasPlaceFor(writer.name, uploads.keys())) {
      throw new HttpRefusal(413, 'There are too many files');
    }
    const kept: string[] = [];
    try {
      for (const [name, upload] of uploads) if (upload.keep(name)) kept.push(name);
    } catch (error) {
      for (const name of kept) this.#store.remove(writer.name, name);
      throw error;
    }
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
