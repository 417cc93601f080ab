import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { sendHtml } from './static-files.js';

export interface PageOptions {
  /** The folder of the page's files. */
  readonly demo: string;
  /** Its Content-Security-Policy. */
  readonly policy: () => string;
  readonly pathPrefix: string;
  /** Where the client of a request reaches the server, as https://host[:port]. */
  readonly siteOf: (request: IncomingMessage) => string;
  /** Addresses for other machines, for a client on this machine. */
  readonly elsewhereFor: (request: IncomingMessage) => readonly string[];
}

/** What one answer says in the head of the page. */
interface Head {
  /** For programs that show a preview of the link. */
  readonly title?: string;
  /** For the script of the page, by name. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** A room has an address of its own. Its name is one segment, encoded as in every URL. */
const roomPath = /^\/r\/[^/]+$/;

/** The page, at its own address and at those of rooms. */
export function pageRouter(options: PageOptions): Router {
  const router = Router();
  router.get(['/', '/index.html'], (request, response) => sendPage(options, request, response, {}));
  router.get(roomPath, (request, response) => {
    const room = decoded(request.path.slice('/r/'.length));
    return sendPage(options, request, response, { title: `Join ${room}` });
  });
  // The addresses in the page are relative to the folder.
  router.get(/^\/r\/[^/]+\/$/, (request, response) => {
    const [path = '', ...query] = request.originalUrl.split('?');
    response.redirect(301, [`../${path.split('/').at(-2) ?? ''}`, ...query].join('?'));
  });
  return router;
}

/**
 * What a person sees at an address where nothing is: the page, which says so in their language. A program, which does not ask for
 * HTML, gets a problem.
 * @param apis the beginnings of paths at which everybody gets a problem
 */
export function lostPage(options: PageOptions, apis: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { method, headers } = request;
    const isForPeople = (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(headers.accept ?? '');
    if (!isForPeople || apis.some((api) => pathOf(request).startsWith(api))) {
      next();
      return undefined;
    }
    response.status(404);
    return sendPage(options, request, response, {
      facts: { 'atrium-lost': homeFrom(pathOf(request), options.pathPrefix) },
    });
  };
}

async function sendPage(options: PageOptions, request: Request, response: Response, head: Head): Promise<void> {
  const file = await readFile(join(options.demo, 'index.html'), 'utf8');
  const elsewhere = options.elsewhereFor(request);
  const facts = { ...head.facts, ...(elsewhere.length > 0 && { 'atrium-elsewhere': elsewhere.join(' ') }) };
  response.setHeader('Content-Security-Policy', options.policy());
  return sendHtml(
    request,
    response,
    withHead(file, {
      ...head,
      facts,
      home: homeFrom(pathOf(request), options.pathPrefix),
      site: `${options.siteOf(request)}${options.pathPrefix}/`,
    }),
  );
}

/** @param head `home`: relative, so that the page works behind a proxy that adds a folder or takes one away. */
function withHead(html: string, head: Head & { readonly home: string; readonly site: string }): string {
  const facts = Object.entries(head.facts ?? {}).map(
    ([name, content]) => `<meta name="${name}" content="${escaped(content)}" />\n    `,
  );
  return (
    html
      .replace(/(?<=<(?:link|script)\b[^>]*\b(?:href|src)=")\.\//g, () => head.home)
      // Programs that show a preview want the whole address.
      .replace(/(?<=<meta property="og:image" content=")\.\//, () => escaped(head.site))
      .replace(/(?<=<meta property="og:title" content=")[^"]*/, (title) => escaped(head.title ?? title))
      .replace('<title>', (title) => `${facts.join('')}${title}`)
  );
}

/** From an address of this server to that of the page, as `../`. */
export function homeFrom(path: string, pathPrefix: string): string {
  const isWithin = path.startsWith(`${pathPrefix}/`);
  const levels = (isWithin ? path.slice(pathPrefix.length) : path).split('/').length - 2;
  const up = levels > 0 ? '../'.repeat(levels) : './';
  return isWithin ? up : `${up}${pathPrefix.slice(1)}/`;
}

function pathOf({ originalUrl }: Request): string {
  return originalUrl.split('?')[0] ?? '';
}

/** As it is when it is malformed. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
