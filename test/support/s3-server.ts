import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GivenConfig } from '../../src/config.js';
import { freePort } from '../../tools/free-port.js';
import { until } from './until.js';

export const bucket = 'recordings-of-tests';

/** An object store with the S3 protocol (npm s3rver), behind a proxy that can make it fail. */
export class S3Server {
  readonly url: string;
  /** Requests that came, as `PUT /bucket/key`; of parts with `?part`. */
  readonly requests: string[] = [];
  /** Whether a request fails, by what is in `requests` of it. */
  fails: (request: string) => boolean = () => false;
  readonly #child: ChildProcess;
  readonly #proxy: Server;
  readonly #folder: string;

  private constructor(child: ChildProcess, proxy: Server, port: number, folder: string) {
    this.#child = child;
    this.#proxy = proxy;
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<S3Server> {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-s3-'));
    mkdirSync(join(folder, bucket));
    const [port, proxyPort] = [await freePort(), await freePort()];
    const program = join(dirname(createRequire(import.meta.url).resolve('s3rver/package.json')), 'bin/s3rver.js');
    const args = ['-d', folder, '-a', '127.0.0.1', '-p', String(port), '--no-vhost-buckets', '--silent'];
    const child = spawn(process.execPath, ['--no-deprecation', program, ...args], { stdio: 'ignore' });
    await until('the object store answers', () => answers(port));
    const proxy = createServer((asked, answer) => {
      server.#pass(asked, answer, port);
    });
    const server = new S3Server(child, proxy, proxyPort, folder);
    proxy.listen(proxyPort, '127.0.0.1');
    return server;
  }

  /** What recordings need to use it. */
  get settings(): GivenConfig {
    return {
      ...{
        recordingsStore: 's3',
        recordingsS3Bucket: bucket,
        recordingsS3Endpoint: this.url,
        recordingsS3PathStyle: true,
      },
      ...{ recordingsS3AccessKey: 'S3RVER', recordingsS3SecretKey: 'S3RVER' },
    };
  }

  /** The keys of all objects. */
  get objects(): string[] {
    const names = readdirSync(join(this.#folder, bucket), { recursive: true, encoding: 'utf8' });
    return names
      .flatMap((name) => (name.endsWith('._S3rver_object') ? [name.replace(/\._S3rver_object$/, '')] : []))
      .sort();
  }

  stop(): void {
    this.#child.kill('SIGKILL');
    this.#proxy.closeAllConnections();
    this.#proxy.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #pass(asked: IncomingMessage, answer: ServerResponse, port: number): void {
    const { pathname, searchParams } = new URL(asked.url ?? '', this.url);
    const what = `${asked.method ?? ''} ${pathname}${searchParams.has('partNumber') ? '?part' : ''}`;
    this.requests.push(what);
    if (this.fails(what)) {
      asked.resume().on('end', () => answer.writeHead(503).end());
      return;
    }
    const passed = request({ port, host: '127.0.0.1', method: asked.method, path: asked.url, headers: asked.headers });
    passed.on('response', (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  }
}

function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    (answer) => answer.status > 0,
    () => false,
  );
}
