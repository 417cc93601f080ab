import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';

const largest = 40_000;
const largestPage = 90_000;

describe('the bundles of the client library', () => {
  for (const name of ['atrium-client.js', 'atrium-client.global.js', 'KurentoRoom.js']) {
    it(`${name} takes less than 40 kB on the wire, and loads nothing else`, () => {
      const bundle = readFileSync(new URL(`../../dist/client/${name}`, import.meta.url));
      expect(gzipSync(bundle).length).to.be.below(largest);
      expect(bundle.toString()).not.to.match(/^\s*import[\s{*"]|\brequire\(/m);
    });
  }

  it('a whole call takes less than 90 kB on the wire, and shares the library with the page around it', () => {
    const call = readFileSync(new URL('../../dist/client/atrium-call.js', import.meta.url));
    const library = readFileSync(new URL('../../dist/client/atrium-client.js', import.meta.url));
    expect(gzipSync(call).length + gzipSync(library).length).to.be.below(largestPage);
    const imports = [...call.toString().matchAll(/\bfrom ?"(\.[^"]*)";/g)].map(([, from]) => from);
    expect(imports).to.deep.equal(['./atrium-client.js']);
  });

  it('the hooks for React take less than 3 kB on the wire, and share React and the library with the page', () => {
    const hooks = readFileSync(new URL('../../dist/client/atrium-react.js', import.meta.url));
    expect(gzipSync(hooks).length).to.be.below(3_000);
    const imports = [...hooks.toString().matchAll(/\bfrom ?"([^"]*)";/g)].map(([, from]) => from);
    expect(imports).to.have.members(['react', './atrium-client.js']);
  });

  it('the page takes less than 90 kB on the wire in each language', () => {
    const assets = new URL('../../dist/demo/assets/', import.meta.url);
    const page = readFileSync(new URL('../index.html', assets), 'utf8');
    const needed = [...page.matchAll(/(?:src|href)="\.\/assets\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(needed.some((name) => name.endsWith('.js'))).to.equal(true);
    const sizeOf = (name: string): number => gzipSync(readFileSync(new URL(name, assets))).length;
    const whole = needed.map(sizeOf).reduce((sum, size) => sum + size, 0);
    const languages = readdirSync(assets).filter((name) => /^words-\w+-.*\.js$/.test(name));
    expect(languages).to.have.lengthOf(4);
    expect(whole + Math.max(...languages.map(sizeOf))).to.be.below(largestPage);
  });
});
