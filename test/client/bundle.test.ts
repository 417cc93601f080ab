import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';

const largest = 40_000;

describe('the bundles of the client library', () => {
  for (const name of ['atrium-client.js', 'atrium-client.global.js', 'KurentoRoom.js']) {
    it(`${name} takes less than 40 kB on the wire, and loads nothing else`, () => {
      const bundle = readFileSync(new URL(`../../dist/client/${name}`, import.meta.url));
      expect(gzipSync(bundle).length).to.be.below(largest);
      expect(bundle.toString()).not.to.match(/^\s*import[\s{*"]|\brequire\(/m);
    });
  }
});
