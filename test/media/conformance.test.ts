import { expect } from 'chai';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { KurentoConversation } from '../support/kurento-conversation.js';
import { givenMediaServers } from '../support/media-server.js';
import { readTranscripts, transcriptFolder } from '../support/transcript-file.js';
import { startingMs } from './media-stage.js';

const transcripts = readTranscripts(new URL('kurento/', transcriptFolder));

/** What a media server answers, frame by frame: the embedded engine always, a KMS when KMS_URIS names one, alike. */
describe('conformance of the embedded engine', () => {
  let server: EmbeddedEngine;

  before(async function () {
    this.timeout(startingMs);
    server = await EmbeddedEngine.start();
  });
  after(() => server.stop());

  describeConversations(() => server.url);
});

for (const url of givenMediaServers) {
  describe(`conformance of ${url}`, () => {
    describeConversations(() => url);
  });
}

function describeConversations(url: () => string): void {
  for (const { name, section, scenes } of transcripts) {
    describe(`${section} (test/transcripts/kurento/${name}.txt)`, () => {
      for (const scene of scenes) {
        it(scene.title, async () => {
          const conversation = new KurentoConversation(url());
          await conversation.play(scene);
          expect(conversation.rest, 'what the transcript does not say').to.deep.equal([]);
        });
      }
    });
  }
}
