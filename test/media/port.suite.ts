import { expect } from 'chai';
import type { Endpoint } from '../../media/port.js';
import { EndpointEvents, PipelineEvents } from '../support/media-listeners.js';
import type { Call } from '../support/media-calls.js';
import { withLevels } from '../support/peer.js';
import type { Section } from '../support/peer-messages.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { useMediaStage } from './media-stage.js';
import type { MediaServerUnderTest, Through } from './media-stage.js';

/** A well-formed candidate of somebody who does not answer. */
const elsewhere = { candidate: 'candidate:9 1 UDP 1 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };

/** An offer whose only section has a codec that no media server knows. */
const unknownCodec = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'm=audio 9 UDP/TLS/RTP/SAVPF 99']
  .concat([
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=sendonly',
    'a=rtcp-mux',
    'a=rtpmap:99 nothing-at-all/8000',
    'a=setup:actpass',
  ])
  .concat([
    'a=ice-ufrag:abcd',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
    '',
  ])
  .join('\r\n');

/**
 * How every media server has to behave behind the port. `server` is asked once the tests run. What an engine in front of it cannot
 * change is left out with `through`.
 */
export function describeMediaPort(name: string, server: () => MediaServerUnderTest, through?: Through): void {
  describe(`media port › ${name}`, () => {
    const stage = useMediaStage(server, through);
    const endpoints = (): Promise<string[]> => stage().elements();
    const createEndpoint = (events = new EndpointEvents()): Promise<Endpoint> =>
      stage().pipeline.createEndpoint({}, events);
    const call = (direction: Section['direction'], prepare?: (endpoint: Endpoint) => Promise<void>): Promise<Call> =>
      stage().calls.call(stage().pipeline, direction, prepare);
    const publish = (): Promise<Call> => stage().calls.publish(stage().pipeline);

    it('connecting one kind sends that kind alone', async () => {
      const publisher = await publish();
      const subscriber = await call('recvonly', (endpoint) => publisher.endpoint.connect(endpoint, 'audio'));
      await subscriber.peer.receives({ audio: 20 });
      expect(subscriber.peer.received.video).to.equal(0);
    });

    it('disconnecting one kind stops that kind alone', async () => {
      const publisher = await publish();
      const subscriber = await call('recvonly', (endpoint) => publisher.endpoint.connect(endpoint));
      await subscriber.peer.receives({ audio: 10, video: 10 });
      await publisher.endpoint.disconnect(subscriber.endpoint, 'video');
      const { audio, video } = subscriber.peer.received;
      await subscriber.peer.receives({ audio: audio + 50 });
      // A few may have been under way.
      expect(subscriber.peer.received.video).to.be.below(video + 25);
    });

    it('candidates that come before the offer is answered do no harm', async () => {
      const { peer } = await call('sendonly', (endpoint) => {
        endpoint.addCandidate(elsewhere);
        return Promise.resolve();
      });
      await peer.connected();
    });

    it('each candidate that is told has a text and names its section', async () => {
      const { peer, events } = await call('sendonly');
      await peer.connected();
      expect(events.candidates).not.to.be.empty;
      for (const { candidate, sdpMid, sdpMLineIndex } of events.candidates) {
        expect(candidate).to.match(/^candidate:/);
        expect(sdpMid).to.equal(String(sdpMLineIndex));
      }
    });

    for (const [what, offer] of [
      ['an empty offer', ''],
      ['an offer that is no SDP', 'Would you care for a call?'],
      ['an offer with nothing in it that can be served', unknownCodec],
    ] as const) {
      it(`${what} is refused, and the endpoint can be released`, async () => {
        const endpoint = await createEndpoint();
        expect(await codeOf(endpoint.answer(offer))).to.equal('offer-refused');
        endpoint.release();
        await until('the endpoint is gone', async () => (await endpoints()).length === 0);
      });
    }

    it('an endpoint answers one offer only', async () => {
      const { peer, endpoint } = await call('sendonly');
      expect(await codeOf(endpoint.answer(peer.offer))).to.equal('engine-error');
      await peer.connected();
    });

    it('an endpoint that gets no offer of the same media to look for another path goes on as it was', async () => {
      const { peer, endpoint } = await call('sendonly');
      expect(await codeOf(endpoint.restart('v=0'))).to.be.oneOf(['offer-refused', 'not-supported']);
      await peer.connected();
    });

    it('an endpoint released while it answers rejects with released, and goes', async () => {
      const endpoint = await createEndpoint();
      const peer = await stage().calls.peer('sendonly', () => undefined);
      const answer = codeOf(endpoint.answer(peer.offer));
      endpoint.release();
      expect(await answer).to.equal('released');
      await until('the endpoint is gone', async () => (await endpoints()).length === 0);
    });

    it('an endpoint may be released twice; later calls reject with released', async () => {
      const other = await createEndpoint();
      const endpoint = await createEndpoint();
      endpoint.release();
      endpoint.release();
      endpoint.addCandidate({ candidate: '', sdpMid: '0', sdpMLineIndex: 0 });
      expect(await codeOf(endpoint.answer('v=0'))).to.equal('released');
      expect(await codeOf(endpoint.restart('v=0'))).to.equal('released');
      expect(await codeOf(endpoint.connect(other))).to.equal('released');
      expect(await codeOf(other.connect(endpoint))).to.equal('released');
      await until('one endpoint remains', async () => (await endpoints()).length === 1);
    });

    it('a released endpoint is heard of no more', async () => {
      const { endpoint, events } = await call('sendonly');
      endpoint.release();
      const heard = events.candidates.length;
      await until('the endpoint is gone', async () => (await endpoints()).length === 0);
      await createEndpoint();
      expect(events.candidates).to.have.lengthOf(heard);
      expect(events.failures).to.deep.equal([]);
    });

    it('endpoints of two pipelines cannot be connected', async () => {
      const other = await stage().media.openPipeline(new PipelineEvents(), 'r');
      const source = await createEndpoint();
      const sink = await other.createEndpoint({}, new EndpointEvents());
      expect(await codeOf(source.connect(sink))).to.equal('engine-error');
      other.release();
    });

    it('releasing a pipeline releases its endpoints', async () => {
      const { endpoint } = await call('sendonly');
      stage().pipeline.release();
      stage().pipeline.release();
      expect(await codeOf(endpoint.connect(endpoint))).to.equal('released');
      expect(await codeOf(createEndpoint())).to.equal('released');
      await stage().nothingRemains();
    });

    it('an endpoint that somebody else releases is lost alone', async () => {
      const { endpoint, events } = await call('sendonly');
      const kept = await call('sendonly');
      const [lost = ''] = await endpoints();
      await stage().raw.value('release', { object: lost });
      await until('its owner is told', () => events.losses.length + kept.events.losses.length > 0);
      expect(events.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
      expect(kept.events.losses).to.deep.equal([]);
      expect(await codeOf(endpoint.connect(kept.endpoint))).to.equal('object-gone');
      expect(stage().engine.load.endpoints).to.equal(1);
    });

    it('a pipeline that somebody else releases is lost, and its endpoints with it', async () => {
      const pipelineEvents = new PipelineEvents();
      const lost = await stage().media.openPipeline(pipelineEvents, 'r');
      const events = new EndpointEvents();
      const endpoint = await lost.createEndpoint({}, events);
      for (const id of await stage().made())
        if ((await stage().raw.children(id)).length > 0) await stage().raw.value('release', { object: id });
      await until('its owner is told', () => pipelineEvents.losses.length > 0);
      expect(await codeOf(endpoint.connect(endpoint))).to.equal('object-gone');
      await createEndpoint();
      expect(events.losses, 'it is told of the pipeline alone').to.deep.equal([]);
      expect(pipelineEvents.losses).to.have.lengthOf(1);
    });

    it('an endpoint under way when its pipeline is released rejects with released', async () => {
      const endpoint = codeOf(createEndpoint());
      stage().pipeline.release();
      expect(await endpoint).to.equal('released');
      await stage().nothingRemains();
    });

    it('an endpoint with data channels can be had', async () => {
      const endpoint = await stage().pipeline.createEndpoint({ dataChannels: true }, new EndpointEvents());
      endpoint.release();
    });

    if (through) return;

    it('a subscriber receives the audio and the video of a publisher', async () => {
      const publisher = await publish();
      const subscriber = await call('recvonly', (endpoint) => publisher.endpoint.connect(endpoint));
      await subscriber.peer.receives({ audio: 20, video: 20 });
    });

    it('several subscribers receive the same publisher, connected before or after their negotiation', async () => {
      const publisher = await publish();
      const early = await call('recvonly', (endpoint) => publisher.endpoint.connect(endpoint));
      const late = await call('recvonly');
      await late.peer.connected();
      await publisher.endpoint.connect(late.endpoint);
      const third = await call('recvonly', (endpoint) => publisher.endpoint.connect(endpoint));
      await Promise.all([early, late, third].map(({ peer }) => peer.receives({ audio: 10, video: 10 })));
    });

    it('a client whose packets say that they are loud speaks, where the media server hears that', async function () {
      if (stage().engine.abilities.activeSpeaker !== 'server') this.skip();
      const [quiet, loud] = await Promise.all(
        [90, 20].map(async (level) => {
          const events = new EndpointEvents();
          const endpoint = await createEndpoint(events);
          const peer = await stage().calls.peer('sendonly', () => endpoint);
          peer.accept(await endpoint.answer(withLevels(peer.offer)));
          events.sink = (candidate) => {
            peer.addCandidate(candidate);
          };
          peer.send(level);
          return endpoint;
        }),
      );
      await until('it is told of', () => stage().events.speakers.length > 0);
      const [speaker, ...others] = stage().events.speakers;
      expect(speaker?.endpoint).to.equal(loud).and.not.to.equal(quiet);
      expect(speaker?.level).to.be.within(0.03, 0.13);
      expect(others).to.deep.equal([]);
      loud?.release();
      await until('nobody speaks any more', () => stage().events.speakers.length === 0);
    });

    it('a client gets the audio of the loudest alone, where the media server hears that, and of all again', async function () {
      if (!stage().engine.abilities.audioLastN) this.skip();
      const publishers = await Promise.all(
        [90, 20].map(async (level) => {
          const events = new EndpointEvents();
          const endpoint = await createEndpoint(events);
          const peer = await stage().calls.peer('sendonly', () => endpoint);
          peer.accept(await endpoint.answer(withLevels(peer.offer)));
          events.sink = (candidate) => {
            peer.addCandidate(candidate);
          };
          await peer.connected();
          return { endpoint, peer, level };
        }),
      );
      const [quiet, loud] = await Promise.all(
        publishers.map(({ endpoint }) => call('recvonly', (sink) => endpoint.connect(sink))),
      );
      stage().pipeline.setAudioLastN?.(1);
      for (const { peer, level } of publishers) peer.send(level);
      await loud?.peer.receives({ audio: 50, video: 10 });
      await quiet?.peer.receives({ video: 10 });
      const before = quiet?.peer.received.audio ?? 0;
      await loud?.peer.receives({ audio: 100 });
      expect(quiet?.peer.received.audio).to.equal(before);
      stage().pipeline.setAudioLastN?.(0);
      await quiet?.peer.receives({ audio: before + 10 });
    });

    it('an endpoint connected to itself is a loopback', async () => {
      const { peer } = await call('sendrecv', (endpoint) => endpoint.connect(endpoint));
      peer.send();
      await peer.receives({ audio: 10, video: 10 });
    });

    it('unusable candidates are ignored', async () => {
      const subscriber = await call('recvonly');
      for (const candidate of ['', 'nonsense', 'candidate:1 1 UDP 1 3f2a.local 5000 typ host']) {
        subscriber.endpoint.addCandidate({ candidate, sdpMid: '0', sdpMLineIndex: 0 });
      }
      await subscriber.peer.connected();
      expect(subscriber.events.failures).to.deep.equal([]);
    });
  });
}
