import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { itOnEmbeddedEngine } from '../../support/media-server.js';
import { useServer } from '../../support/server.js';
import { play } from '../../support/transcript.js';
import { isOfEmbeddedEngine, readTranscripts } from '../../support/transcript-file.js';

const transcripts = readTranscripts();

describe('transcripts', () => {
  const server = useServer();

  for (const { name, section, scenes } of transcripts) {
    describe(`${section} (test/transcripts/${name}.txt)`, () => {
      for (const scene of scenes) {
        const test = isOfEmbeddedEngine(scene) ? itOnEmbeddedEngine : it;
        test(scene.title, () => play(scene, () => server().url));
      }
    });
  }
});

describe('docs/conformance.md', () => {
  const address = new URL('../../../docs/conformance.md', import.meta.url);
  const page = readFileSync(address, 'utf8');

  it('names no file that is not there, and each test of the dialects', () => {
    const named = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => new URL(path, address).href);
    expect(named.filter((file) => !existsSync(new URL(file)))).to.deep.equal([]);
    for (const folder of ['compeit', 'concierge', 'easyrtc', 'orchestrator']) {
      const tests = new URL(`../test/dialects/${folder}/`, address);
      const files = readdirSync(tests).filter((file) => file.endsWith('.test.ts'));
      expect(files.filter((file) => !named.includes(new URL(file, tests).href))).to.deep.equal([]);
    }
  });

  it('names each transcript', () => {
    const missing = transcripts.filter(({ name }) => !page.includes(`(../test/transcripts/${name}.txt)`));
    expect(missing.map(({ name }) => name)).to.deep.equal([]);
  });
});
