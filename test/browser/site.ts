import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The site of somebody else, with pages of their own. */
export interface Site {
  /** By path, pages and scripts. */
  pages: Readonly<Record<string, string>>;
  /** Its Content-Security-Policy. Empty: none. */
  policy: string;
  /** The address of a page. */
  at(path: string): string;
}

/** The same for the tests of one `describe`. */
export function useSite(): Site {
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://site');
    const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html';
    const headers = { 'content-type': type, ...(site.policy && { 'content-security-policy': site.policy }) };
    response.writeHead(200, headers).end(site.pages[pathname] ?? '');
  });
  const site: Site = {
    pages: {},
    policy: '',
    at: (path) => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${path}`,
  };
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());
  return site;
}
