import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { MediaError } from '../errors.js';

const maxBytes = 5_000_000;
const defaultMaxMs = 5_000;
const maxRedirects = 3;
/** How long an image that could be fetched, or could not, is believed to stay so. */
const knownMs = { fetched: 60_000, refused: 10_000, unread: 60_000 };
const maxKnown = 100;

export interface ImageCheck {
  /** Resolves when a media server should be able to fetch the image. Rejects with a MediaError at once or after a bounded time. */
  check(url: string): Promise<void>;
  /** The media server did not answer while it fetched the image: it is not asked for that one again for a while. */
  unread(url: string): void;
}

/**
 * Fetches the images of filters before the media server does. A KMS fetches them while it answers, answers nobody else meanwhile, and
 * reports success when it could not (docs/protocols/kurento-media.md#8-other-elements).
 */
export class FilterImages implements ImageCheck {
  readonly #known = new Map<string, { readonly until: number; readonly outcome: Promise<void> }>();
  readonly #now: () => number;
  readonly #maxMs: number;

  /** @param maxMs how long an image may take */
  constructor({ maxMs = defaultMaxMs, now = () => performance.now() } = {}) {
    this.#maxMs = maxMs;
    this.#now = now;
  }

  check(url: string): Promise<void> {
    const known = this.#known.get(url);
    if (known && known.until > this.#now()) return known.outcome;
    const outcome = fetchImage(url, this.#maxMs);
    this.#keep(url, outcome, this.#maxMs);
    outcome.then(
      () => {
        this.#keep(url, outcome, knownMs.fetched);
      },
      () => {
        this.#keep(url, outcome, knownMs.refused);
      },
    );
    return outcome;
  }

  unread(url: string): void {
    const outcome = Promise.reject(refusal(url, 'the media server could not fetch it'));
    outcome.catch(() => undefined);
    this.#keep(url, outcome, knownMs.unread);
  }

  #keep(url: string, outcome: Promise<void>, ms: number): void {
    this.#known.delete(url);
    this.#known.set(url, { until: this.#now() + ms, outcome });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= maxKnown) break;
      this.#known.delete(oldest);
    }
  }
}

async function fetchImage(url: string, maxMs: number): Promise<void> {
  const signal = AbortSignal.timeout(maxMs);
  let place = new URL(url);
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const answer = await ask(place, signal).catch((error: unknown) => {
      throw refusal(url, signal.aborted ? `no answer within ${maxMs} ms` : 'it cannot be reached', error);
    });
    try {
      const { statusCode = 0, headers } = answer;
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        const next = URL.canParse(headers.location, place.href) ? new URL(headers.location, place) : undefined;
        if (next?.host !== place.host) throw refusal(url, 'it is said to be on another host');
        place = next;
        continue;
      }
      if (statusCode !== 200) throw refusal(url, `its status is ${statusCode}`);
      if (!/^image\//i.test(headers['content-type'] ?? '')) throw refusal(url, 'it is no image');
      await readToEnd(answer, url).catch((error: unknown) => {
        throw signal.aborted ? refusal(url, `it is not complete within ${maxMs} ms`, error) : error;
      });
      return;
    } finally {
      answer.destroy();
    }
  }
  throw refusal(url, 'it is redirected too often');
}

/** The bytes are not used, so a certificate made for this machine is as good as any. The media server checks it as it likes. */
function ask(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { signal, agent: false, rejectUnauthorized: false };
    const request =
      url.protocol === 'https:' ? requestHttps(url, options, resolve) : requestHttp(url, options, resolve);
    request.on('error', reject);
    request.end();
  });
}

async function readToEnd(answer: IncomingMessage, url: string): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) break;
    }
  } catch (error) {
    throw refusal(url, 'it ends too early', error);
  }
  if (bytes > maxBytes) throw refusal(url, `it is larger than ${maxBytes} bytes`);
  if (bytes === 0) throw refusal(url, 'it is empty');
}

function refusal(url: string, why: string, cause?: unknown): MediaError {
  return new MediaError('engine-error', `The image ${url} cannot be had: ${why}`, { cause });
}
