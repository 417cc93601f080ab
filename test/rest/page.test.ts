import { expect } from 'chai';
import { homeFrom } from '../../rest/page.js';
import { useServer } from '../support/server.js';

/** As a browser asks for what a person has typed. */
const asPerson = { headers: { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' } };

for (const pathPrefix of ['', '/meet/us']) {
  describe(`the page, ${pathPrefix === '' ? 'at the root' : `below ${pathPrefix}`}`, () => {
    const server = useServer({ pathPrefix });

    const show = async (path: string): Promise<{ response: Response; html: string }> => {
      const response = await fetch(new URL(path, server().url), asPerson);
      return { response, html: await response.text() };
    };

    it('is at the address of every room, whatever it is called, and finds its files', async () => {
      for (const path of ['.', 'index.html', 'r/garden', 'r/a%2Fb%3F', 'r/%zz', 'r/%3Cb%3E?x=1']) {
        const { response, html } = await show(path);
        expect(response.status, path).to.equal(200);
        expect(response.headers.get('content-security-policy'), path).to.include("script-src 'self'");
        const files = [...html.matchAll(/<(?:link|script)\b[^>]*\b(?:href|src)="([^"]+)"/g)].map(
          ([, file = '']) => file,
        );
        expect(files.length, path).to.be.at.least(5);
        for (const file of files) {
          expect(file, path).to.match(/^\.\.?\//);
          expect((await fetch(new URL(file, response.url))).status, `${file} of ${path}`).to.equal(200);
        }
      }
    });

    it('says to programs that show a link what it leads to, and no name breaks out of that', async () => {
      const { html } = await show('r/%3Cb%3E%22garden');
      expect(html).to.include('<meta property="og:title" content="Join &#60;b&#62;&#34;garden"');
      const [, picture = ''] = /<meta property="og:image" content="([^"]+)"/.exec(html) ?? [];
      expect(picture).to.equal(new URL('preview.png', server().url).href.replace('localhost', '127.0.0.1'));
      expect((await fetch(picture)).headers.get('content-type')).to.equal('image/png');
    });

    it('can be installed: the manifest names icons that are there', async () => {
      const address = new URL('manifest.webmanifest', server().url);
      const { icons, start_url: start } = (await (await fetch(address)).json()) as {
        icons: { src: string }[];
        start_url: string;
      };
      for (const { src } of [...icons, { src: start }]) {
        expect((await fetch(new URL(src, address))).status, src).to.equal(200);
      }
    });

    it('is what a person sees at a wrong address, with the way home; a program gets a problem', async () => {
      for (const path of ['nothing', 'r/', 'deep/down/nothing', 'r/a/b', '%zz', 'client/nothing.js']) {
        const { response, html } = await show(path);
        expect(response.status, path).to.equal(404);
        const [, home = ''] = /<meta name="atrium-lost" content="([^"]+)"/.exec(html) ?? [];
        expect(new URL(home, response.url).pathname, path).to.equal(`${pathPrefix}/`);
        const problem = await fetch(new URL(path, server().url));
        expect(problem.status, path).to.equal(404);
        expect(problem.headers.get('content-type'), path).to.match(/^application\/problem\+json/);
      }
      const { response } = await show('api/v1/rooms/nowhere');
      expect(response.headers.get('content-type')).to.match(/^application\/problem\+json/);
      const posted = await fetch(new URL('nothing', server().url), { method: 'POST', ...asPerson });
      expect(posted.headers.get('content-type')).to.match(/^application\/problem\+json/);
    });

    it('leaves out a slash too many', async () => {
      const { response } = await show('r/garden/?x=1');
      expect(response.url).to.equal(new URL('r/garden?x=1', server().url).href);
    });
  });
}

describe('the way home', () => {
  it('is relative, from any depth, within the prefix and outside of it', () => {
    const cases = [
      ['/', '', './'],
      ['/r/garden', '', '../'],
      ['/a/b/c', '', '../../'],
      ['/meet/r/garden', '/meet', '../'],
      ['/meet/', '/meet', './'],
      ['/other', '/meet', './meet/'],
      ['/a/b', '/meet/us', '../meet/us/'],
    ] as const;
    for (const [path, prefix, home] of cases) {
      expect(homeFrom(path, prefix), `${path} of ${prefix}`).to.equal(home);
      expect(new URL(home, `https://x${path}`).pathname).to.equal(`${prefix}/`);
    }
  });
});
