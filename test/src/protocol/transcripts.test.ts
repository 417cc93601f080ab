import { useServer } from '../../support/server.js';
import { play } from '../../support/transcript.js';
import { readTranscripts } from '../../support/transcript-file.js';

describe('transcripts', () => {
  const server = useServer();

  for (const { name, section, scenes } of readTranscripts()) {
    describe(`${section} (test/transcripts/${name}.txt)`, () => {
      for (const scene of scenes) it(scene.title, () => play(scene, () => server().url));
    });
  }
});
