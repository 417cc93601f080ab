import { expect } from 'chai';
import fc from 'fast-check';
import { KurentoError } from '../../../../media/embedded/objects/kurento-error.js';
import { webRtcEndpointOperations } from '../../../../media/embedded/objects/webrtc-operations.js';
import { TestEngine } from '../engine.js';

const seed = Number(process.env.SEED ?? 20_261_128);
const numRuns = Number(process.env.RUNS ?? 3000);

/** What a Kurento Media Server says of parameters (docs/protocols/kurento-media.md#36-invoke). */
const sentence = /^('\w+' (parameter|property) should be an? \w+|'\w+' is required|Invalid value for '\w+')$/;

const junk = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, 0, -1, 1.5, 1e99, '', 'x', 'VIDEO', [], {}, [[]], 2 ** 40),
  fc.jsonValue({ maxDepth: 2 }),
);
const candidate = fc.record({ candidate: junk, sdpMid: junk, sdpMLineIndex: junk }, { requiredKeys: [] });
const options = fc.record(
  { offerToReceiveAudio: junk, offerToReceiveVideo: junk, upLosses: junk },
  { requiredKeys: [] },
);
const names = ['key', 'value', 'sink', 'mediaType', 'offer', 'answer', 'channelId', 'label', 'ordered', 'binName'];

/** Parameters of an operation: for a setter its property, for the others any of those that there are. */
function paramsOf(operation: string): fc.Arbitrary<unknown> {
  const property = operation.replace(/^set(.)/, (_all, letter: string) => letter.toLowerCase());
  const members = Object.fromEntries([...names, property].map((name) => [name, junk]));
  const all = { ...members, candidate: fc.oneof(junk, candidate), options: fc.oneof(junk, options) };
  return fc.oneof({ weight: 5, arbitrary: fc.record({ ...all, rembParams: options }, { requiredKeys: [] }) }, junk);
}

describe('what the embedded engine says of wrong parameters', () => {
  const invocation = fc
    .constantFrom(...Object.keys(webRtcEndpointOperations))
    .chain((operation) => fc.tuple(fc.constant(operation), paramsOf(operation)));
  const creation = fc.tuple(
    fc.constantFrom('WebRtcEndpoint', 'RecorderEndpoint', 'PassThrough'),
    fc.oneof(
      junk,
      fc.record(
        { mediaPipeline: junk, uri: junk, mediaProfile: junk, stopOnEndOfStream: junk, useDataChannels: junk },
        { requiredKeys: [] },
      ),
    ),
  );

  /** The error of a request, which is one for the client; 40001 says what is wrong with a parameter. */
  function expectOwnWords(what: string, run: () => unknown): void {
    try {
      run();
    } catch (error) {
      expect(error, what).to.be.instanceOf(KurentoError);
      if (error instanceof KurentoError && error.code === 40001) expect(error.message, what).to.match(sentence);
      else expect((error as Error).message, what).to.not.match(/expected|received|invalid input|too (small|big)/i);
    }
  }

  it('is said in the words of a Kurento Media Server, whatever is given to any operation', () => {
    const engine = new TestEngine();
    const { endpoint } = engine.peer();
    fc.assert(
      fc.property(invocation, ([operation, params]) => {
        expectOwnWords(operation, () => endpoint.invoke(operation, params));
      }),
      { seed, numRuns },
    );
    engine.server.stop();
  });

  it('is said so of everything that can be created, too', () => {
    const engine = new TestEngine();
    fc.assert(
      fc.property(creation, ([type, params]) => {
        expectOwnWords(type, () => engine.server.create(type, params));
      }),
      { seed, numRuns: Math.ceil(numRuns / 10) },
    );
    engine.server.stop();
  });
});
