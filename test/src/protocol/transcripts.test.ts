import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { useServer } from '../../support/server.js';
import { play } from '../../support/transcript.js';
import { readTranscripts } from '../../support/transcript-file.js';

const transcripts = readTranscripts();

describe('transcripts', () => {
  const server = useServer();

  for (const { name, section, scenes } of transcripts) {
    describe(`${section} (test/transcripts/${name}.txt)`, () => {
      for (const scene of scenes) it(scene.title, () => play(scene, () => server().url));
    });
  }
});

describe('docs/conformance.md', () => {
  it('names each transcript', () => {
    const page = readFileSync(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');
    const missing = transcripts.filter(({ name }) => !page.includes(`(../test/transcripts/${name}.txt)`));
    expect(missing.map(({ name }) => name)).to.deep.equal([]);
  });
});
