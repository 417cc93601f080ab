import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ObjectStore, StoredObject } from './object-store.js';
import type { RecordingSettings } from './options.js';

/** Of package.json: what operators install where optional dependencies were left out. */
export const s3Packages = ['@aws-sdk/client-s3@3.1175.0', '@aws-sdk/lib-storage@3.1175.0'] as const;

/** A part of an upload, in bytes, and how many are under way at a time. */
const partBytes = 8 * 1024 * 1024;
const partsAtOnce = 2;
/** How long the store may take to take a connection, and how long it may be silent, in ms. */
const connectMs = 5_000;
const silentMs = 60_000;

/** The packages of S3 are not installed. */
export class S3PackagesMissing extends Error {
  override readonly name = 'S3PackagesMissing';
}

/** What is used of the packages. Their own types are not: everything must compile where they were left out. */
export interface S3Packages {
  readonly S3Client: new (config: object) => S3Client;
  readonly GetObjectCommand: new (input: object) => object;
  readonly DeleteObjectCommand: new (input: object) => object;
  readonly HeadBucketCommand: new (input: object) => object;
  readonly Upload: new (options: object) => {
    done(): Promise<{ readonly ETag?: string | undefined }>;
    abort(): Promise<void>;
  };
}

interface S3Client {
  send(command: object): Promise<{ readonly Body?: unknown }>;
  destroy(): void;
}

/** Loaded when they are asked for: they are large. @throws S3PackagesMissing */
export async function loadS3(): Promise<S3Packages> {
  try {
    const names = s3Packages.map((each) => each.slice(0, each.lastIndexOf('@')));
    const [client, storage] = await Promise.all(names.map(async (name) => import(name) as Promise<unknown>));
    return { ...(client as object), ...(storage as object) } as S3Packages;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new S3PackagesMissing(`npm install ${s3Packages.join(' ')}`, { cause: error });
  }
}

/** A bucket of an object store that speaks the S3 protocol. */
export class S3Store implements ObjectStore {
  readonly #settings: RecordingSettings;
  readonly #packages: S3Packages;
  readonly #client: S3Client;

  constructor(settings: RecordingSettings, packages: S3Packages) {
    const { recordingsS3AccessKey: accessKeyId, recordingsS3SecretKey: secretAccessKey } = settings;
    this.#settings = settings;
    this.#packages = packages;
    this.#client = new packages.S3Client({
      region: settings.recordingsS3Region,
      ...(settings.recordingsS3Endpoint !== '' && { endpoint: settings.recordingsS3Endpoint }),
      forcePathStyle: settings.recordingsS3PathStyle,
      ...(accessKeyId !== '' && { credentials: { accessKeyId, secretAccessKey } }),
      // Many stores lack the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: connectMs, socketTimeout: silentMs },
    });
  }

  async put(name: string, path: string, contentType: string, signal: AbortSignal): Promise<StoredObject> {
    signal.throwIfAborted();
    const bucket = this.#settings.recordingsS3Bucket;
    const key = this.#keyOf(name);
    const body = createReadStream(path);
    const upload = new this.#packages.Upload({
      client: this.#client,
      params: { Bucket: bucket, Key: key, Body: body, ContentType: contentType },
      ...{ partSize: partBytes, queueSize: partsAtOnce, leavePartsOnError: false },
    });
    const abort = (): void => void upload.abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const { ETag: etag = '' } = await upload.done();
      return { bucket, key, etag };
    } finally {
      signal.removeEventListener('abort', abort);
      body.destroy();
    }
  }

  async read(
    { bucket, key }: StoredObject,
    range?: { readonly start: number; readonly end: number },
  ): Promise<Readable> {
    const part = range && { Range: `bytes=${range.start}-${range.end}` };
    const { Body } = await this.#client.send(
      new this.#packages.GetObjectCommand({ Bucket: bucket, Key: key, ...part }),
    );
    if (!(Body instanceof Readable)) throw new Error('The object store has sent no content');
    return Body;
  }

  async remove(name: string): Promise<void> {
    const { recordingsS3Bucket: Bucket } = this.#settings;
    await this.#client.send(new this.#packages.DeleteObjectCommand({ Bucket, Key: this.#keyOf(name) }));
  }

  async check(): Promise<void> {
    await this.#client.send(new this.#packages.HeadBucketCommand({ Bucket: this.#settings.recordingsS3Bucket }));
  }

  close(): void {
    this.#client.destroy();
  }

  #keyOf(name: string): string {
    return `${this.#settings.recordingsS3Prefix}${name}`;
  }
}
