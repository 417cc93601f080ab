import type { IncomingMessage, ServerResponse } from 'node:http';
import { callerOf } from './gate/caller.js';

export interface AnswerHeadersOptions {
  /** Sites whose pages may show an answer in a frame, as https://host[:port]; `*`: all. Pages of the server itself always may. */
  readonly frameAncestors?: readonly string[];
  /** How long browsers are to use HTTPS alone, in s; 0: they are told nothing. */
  readonly hstsSeconds?: number;
  /** Whether the request came over HTTPS with a certificate that browsers can check. Default: false. */
  readonly isSecure?: (request: IncomingMessage) => boolean;
}

/** Devices that the server's own page uses. In a frame it needs the leave of the page around it too. */
const ownFeatures = ['camera', 'microphone', 'display-capture'];
const noFeatures = ['geolocation', 'hid', 'midi', 'payment', 'serial', 'usb'];

const permissions = [
  ...ownFeatures.map((feature) => `${feature}=(self)`),
  ...noFeatures.map((feature) => `${feature}=()`),
].join(', ');

/** Other programs of a developer are there too, at other ports, and most of them without HTTPS. */
const localhost = /^(.+\.)?localhost(:\d+)?$/i;

/**
 * What every HTTP answer tells browsers, whichever door it comes from: `Doors` sets it before a door sees the request. Whatever
 * a browser shows as a page, such as a file that a client has left, runs no script and loads nothing. The server's own page has
 * `pagePolicy`.
 */
export class AnswerHeaders {
  #pagePolicy = '';
  #all: ReadonlyMap<string, string> = new Map();
  readonly #hstsSeconds: number;
  readonly #isSecure: (request: IncomingMessage) => boolean;

  constructor({ frameAncestors = [], hstsSeconds = 0, isSecure = () => false }: AnswerHeadersOptions = {}) {
    this.#hstsSeconds = hstsSeconds;
    this.#isSecure = isSecure;
    this.renew(frameAncestors);
  }

  /** The Content-Security-Policy of the server's own page: everything comes from this server, and nothing is written in the page. */
  get pagePolicy(): string {
    return this.#pagePolicy;
  }

  /** Answers from now on name these sites. */
  renew(frameAncestors: readonly string[]): void {
    const ancestors = `frame-ancestors ${["'self'", ...frameAncestors].join(' ')}`;
    const own = ['script-src', 'style-src', 'img-src', 'connect-src', 'manifest-src'].map((kind) => `${kind} 'self'`);
    const shut = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", ancestors];
    this.#pagePolicy = [...shut, ...own].join('; ');
    this.#all = new Map([
      ['Content-Security-Policy', [...shut, 'sandbox'].join('; ')],
      ['Permissions-Policy', permissions],
      ['Referrer-Policy', 'same-origin'],
      ['X-Content-Type-Options', 'nosniff'],
    ]);
  }

  /** For an answer to this request. */
  for(request: IncomingMessage): ReadonlyMap<string, string> {
    if (this.#hstsSeconds === 0 || localhost.test(callerOf(request).host) || !this.#isSecure(request)) return this.#all;
    return new Map([...this.#all, ['Strict-Transport-Security', `max-age=${this.#hstsSeconds}`]]);
  }

  /** A handler may set another value afterwards. */
  set(request: IncomingMessage, response: ServerResponse): void {
    response.setHeaders(this.for(request) as Map<string, string>);
  }
}
