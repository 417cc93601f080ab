import { readdirSync } from 'node:fs';
import { RoomStack } from '../../support/room-stack.js';
import { useServer } from '../../support/server.js';
import { play } from '../../support/transcript.js';

const folder = new URL('../../transcripts/', import.meta.url);

function namesIn(subfolder: string): string[] {
  return readdirSync(new URL(subfolder, folder))
    .filter((file) => file.endsWith('.txt'))
    .map((file) => subfolder + file.replace(/\.txt$/, ''));
}

describe('transcripts of the room protocol', () => {
  const server = useServer();

  for (const name of namesIn('./')) {
    it(`${name} goes as written in test/transcripts/`, () => play(name, server().url));
  }
});

/** Where real media would be in the way: see the head of each. */
describe('transcripts of the room protocol, on media in memory', () => {
  const stack = new RoomStack();
  let url = '';
  before(async () => {
    url = await stack.start();
  });
  after(() => stack.stop());

  for (const name of namesIn('./in-memory/')) {
    it(`${name} goes as written in test/transcripts/`, () => play(name, url));
  }
});
