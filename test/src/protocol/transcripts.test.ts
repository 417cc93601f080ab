import { readdirSync } from 'node:fs';
import { useServer } from '../../support/server.js';
import { play } from '../../support/transcript.js';

describe('transcripts of the room protocol', () => {
  const server = useServer();

  for (const file of readdirSync(new URL('../../transcripts', import.meta.url))) {
    const name = file.replace(/\.txt$/, '');
    it(`${name} goes as written in test/transcripts/${file}`, () => play(name, server().url));
  }
});
