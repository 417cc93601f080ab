import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { KurentoEngine } from '../../media/kurento/engine.js';
import { factsOf, recordOf } from '../../media/media-record.js';
import type { MediaRecord, Pipeline } from '../../media/port.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { MediaCalls } from '../support/media-calls.js';
import type { Call } from '../support/media-calls.js';
import { EndpointEvents, PipelineEvents } from '../support/media-listeners.js';
import { testProgram } from '../support/programs.js';
import { RecordingLog } from '../support/recording-log.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { left } from './left-call-messages.js';
import type { Asked, Left } from './left-call-messages.js';
import { startingMs } from './media-stage.js';
import type { MediaServerUnderTest } from './media-stage.js';

/** How every media server lets another process take over what is on it. `server` is asked once the tests run. */
export function describeAdoption(name: string, server: () => MediaServerUnderTest): void {
  describe(`media port › adoption › ${name}`, function () {
    this.timeout(startingMs);
    let former: KurentoEngine;
    let engine: KurentoEngine;
    let raw: KurentoSocket;
    let calls: MediaCalls;
    let others: string[];

    before(async () => {
      calls = new MediaCalls(server().peers, server().bindAddress);
      raw = await KurentoSocket.open(server().url);
    });

    after(() => raw.close());

    beforeEach(async () => {
      others = await raw.pipelines();
      [former, engine] = [connected(), connected()];
      await Promise.all([former.connect(), engine.connect()]);
    });

    afterEach(async () => {
      await Promise.all([former.close(), engine.close()]);
      server().peers.closeAll();
      for (const { load } of [former, engine]) expect([load.pipelines, load.endpoints]).to.deep.equal([0, 0]);
      await until('the media server has let go of all pipelines', async () => (await made()).length === 0);
    });

    function connected(): KurentoEngine {
      return new KurentoEngine({ url: server().url, log: new RecordingLog() });
    }

    async function made(): Promise<string[]> {
      return (await raw.pipelines()).filter((id) => !others.includes(id));
    }

    const open = (): Promise<Pipeline> => former.openPipeline(new PipelineEvents());
    const idOf = (record: MediaRecord, is: 'endpoint' | 'filter' = 'endpoint'): string => factsOf(record, is).id;

    /** With its numbers in order, without a hole. */
    function expectGapless({ peer }: Call): void {
      const { videoSequence } = peer;
      const first = videoSequence[0] ?? 0;
      expect(videoSequence).to.deep.equal(videoSequence.map((_, index) => (first + index) % 65_536));
    }

    it('a call that is let go goes on without a gap, and a process that adopts it does everything with it', async () => {
      const pipeline = await open();
      const publisher = await calls.publish(pipeline);
      const subscriber = await calls.call(pipeline, 'recvonly', (endpoint) => publisher.endpoint.connect(endpoint));
      await subscriber.peer.receives({ audio: 10, video: 10 });
      pipeline.letGo();
      expect([former.load.pipelines, former.load.endpoints]).to.deep.equal([0, 0]);
      expect(await codeOf(publisher.endpoint.connect(subscriber.endpoint))).to.equal('released');
      pipeline.release();
      publisher.endpoint.release();

      const events = [new EndpointEvents(), new EndpointEvents()];
      const adopted = engine.adopt(pipeline.record, new PipelineEvents());
      const [source, sink] = [publisher, subscriber].map((each, index) =>
        adopted.adopt(each.endpoint.record, events[index] ?? new EndpointEvents()),
      );
      if (!source || !sink) return expect.fail('nothing was adopted');
      expect([engine.load.pipelines, engine.load.endpoints]).to.deep.equal([1, 2]);
      expect([adopted.record, source.record]).to.deep.equal([pipeline.record, publisher.endpoint.record]);
      await former.close();
      await adopted.finishAdoption();
      const late = await calls.call(adopted, 'recvonly', (endpoint) => source.connect(endpoint));
      await late.peer.receives({ audio: 10, video: 10 });
      await subscriber.peer.receives({ video: subscriber.peer.received.video + 50 });
      expectGapless(subscriber);
      await source.disconnect(sink, 'video');
      const { audio, video } = subscriber.peer.received;
      await subscriber.peer.receives({ audio: audio + 50 });
      // A few may have been under way.
      expect(subscriber.peer.received.video).to.be.below(video + 25);
      expect(events.map(({ candidates, losses }) => [candidates.length, losses.length])).to.deep.equal([
        [0, 0],
        [0, 0],
      ]);
      sink.release();
      await until('one endpoint less', async () => (await raw.children((await made())[0] ?? '')).length === 2);
      adopted.release();
    });

    it('a call of a process that was killed goes on without a gap', async () => {
      const program = testProgram(new URL('left-call.ts', import.meta.url));
      const child = fork(program, [server().url], { execArgv: [] });
      const answered = async (asked: Asked): Promise<Left> => {
        child.send(asked);
        return left.parse(((await once(child, 'message')) as [unknown])[0]);
      };
      await once(child, 'message');
      const [source, sink] = [
        await calls.peer('sendonly', () => undefined),
        await calls.peer('recvonly', () => undefined),
      ];
      const publisher = await answered({ offer: source.offer });
      const subscriber = await answered({ offer: sink.offer, source: publisher.endpoint });
      child.kill('SIGKILL');
      await once(child, 'exit');

      const [sourceEvents, sinkEvents] = [new EndpointEvents(), new EndpointEvents()];
      const adopted = engine.adopt(publisher.pipeline, new PipelineEvents());
      const endpoint = adopted.adopt(publisher.endpoint, sourceEvents);
      adopted.adopt(subscriber.endpoint, sinkEvents);
      sourceEvents.sink = (candidate) => {
        source.addCandidate(candidate);
      };
      sinkEvents.sink = (candidate) => {
        sink.addCandidate(candidate);
      };
      source.accept(publisher.answer);
      sink.accept(subscriber.answer);
      await adopted.finishAdoption();
      source.send();
      await sink.receives({ audio: 20, video: 20 });
      const late = await calls.call(adopted, 'recvonly', (to) => endpoint.connect(to));
      await late.peer.receives({ audio: 10, video: 10 });
    });

    it('an endpoint that was answered and had not gathered is finished', async () => {
      const pipeline = await raw.create('MediaPipeline');
      const id = await raw.create('WebRtcEndpoint', { mediaPipeline: pipeline });
      const peer = await calls.peer('sendonly', () => endpoint);
      peer.accept(String(await raw.invoke(id, 'processOffer', { offer: peer.offer })));
      const adopted = engine.adopt(recordOf({ is: 'pipeline', url: engine.url, id: pipeline }), new PipelineEvents());
      const events = new EndpointEvents();
      const endpoint = adopted.adopt(recordOf({ is: 'endpoint', id, mids: ['0', '1'] }), events);
      events.sink = (candidate) => {
        peer.addCandidate(candidate);
      };
      await peer.connected();
      const told = events.candidates.map(({ candidate, sdpMid }) => `${sdpMid} ${candidate}`);
      expect(told, 'each candidate is told once').to.have.lengthOf(new Set(told).size);
      expect(await codeOf(endpoint.answer(peer.offer))).to.equal('engine-error');
    });

    it('an endpoint that had not answered yet answers', async () => {
      const pipeline = await open();
      const { record } = await pipeline.createEndpoint({}, new EndpointEvents());
      pipeline.letGo();
      const adopted = engine.adopt(pipeline.record, new PipelineEvents());
      const events = new EndpointEvents();
      const endpoint = adopted.adopt(record, events);
      const peer = await calls.peer('sendonly', () => endpoint);
      peer.accept(await endpoint.answer(peer.offer));
      events.sink = (candidate) => {
        peer.addCandidate(candidate);
      };
      await peer.connected();
    });

    it('what a former process had begun is released, but nothing of ours and of other programs', async () => {
      const pipeline = await open();
      const [known, begun] = [
        await pipeline.createEndpoint({}, new EndpointEvents()),
        await pipeline.createEndpoint({}, new EndpointEvents()),
      ];
      pipeline.letGo();
      const [mediaPipeline = ''] = await made();
      const foreign = await raw.create('PassThrough', { mediaPipeline });
      const adopted = engine.adopt(pipeline.record, new PipelineEvents());
      const events = new EndpointEvents();
      adopted.adopt(known.record, events);
      const own = adopted.createEndpoint({}, new EndpointEvents());
      await adopted.finishAdoption();
      const kept = [idOf(known.record), idOf((await own).record), foreign];
      await until('it is released', async () => (await raw.children(mediaPipeline)).length === 3);
      expect(await raw.children(mediaPipeline)).to.have.members(kept);
      expect(kept).not.to.include(idOf(begun.record));
      expect(events.losses).to.be.empty;
    });

    it('an endpoint that is gone is told, and the others go on', async () => {
      const pipeline = await open();
      const publisher = await calls.publish(pipeline);
      const gone = await pipeline.createEndpoint({}, new EndpointEvents());
      pipeline.letGo();
      await raw.value('release', { object: idOf(gone.record) });
      const [lost, kept, whole] = [new EndpointEvents(), new EndpointEvents(), new PipelineEvents()];
      const adopted = engine.adopt(pipeline.record, whole);
      const endpoint = adopted.adopt(gone.record, lost);
      const source = adopted.adopt(publisher.endpoint.record, kept);
      await adopted.finishAdoption();
      expect(lost.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
      expect(await codeOf(endpoint.connect(source))).to.equal('object-gone');
      expect([kept.losses, whole.losses]).to.deep.equal([[], []]);
      const subscriber = await calls.call(adopted, 'recvonly', (to) => source.connect(to));
      await subscriber.peer.receives({ audio: 5, video: 5 });
      expect(engine.load.endpoints).to.equal(2);
    });

    it('a pipeline that is gone is told once, and its endpoints with it', async () => {
      const pipeline = await open();
      const { record } = await pipeline.createEndpoint({}, new EndpointEvents());
      pipeline.letGo();
      for (const object of await made()) await raw.value('release', { object });
      const [events, whole] = [new EndpointEvents(), new PipelineEvents()];
      const adopted = engine.adopt(pipeline.record, whole);
      const endpoint = adopted.adopt(record, events);
      expect([whole.losses, events.losses], 'nobody is told from inside the call').to.deep.equal([[], []]);
      await adopted.finishAdoption();
      expect(whole.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
      expect(events.losses).to.be.empty;
      expect(await codeOf(endpoint.connect(endpoint))).to.equal('object-gone');
      expect(await codeOf(adopted.createEndpoint({}, new EndpointEvents()))).to.equal('object-gone');
    });

    it('what was adopted and somebody else releases later is told', async () => {
      const pipeline = await open();
      const { record } = await pipeline.createEndpoint({}, new EndpointEvents());
      pipeline.letGo();
      const [events, whole] = [new EndpointEvents(), new PipelineEvents()];
      const adopted = engine.adopt(pipeline.record, whole);
      adopted.adopt(record, events);
      await adopted.finishAdoption();
      await raw.value('release', { object: idOf(record) });
      await until('its owner is told', () => events.losses.length > 0);
      expect(whole.losses).to.be.empty;
    });

    for (const [what, record] of [
      ['an endpoint of another pipeline', recordOf({ is: 'endpoint', id: 'other_kurento.MediaPipeline/x' })],
      ['the record of a filter', recordOf({ is: 'filter', id: 'x' })],
      ['anything but a record', '{'],
    ] as const) {
      it(`${what} is lost`, async () => {
        const pipeline = await open();
        pipeline.letGo();
        const events = new EndpointEvents();
        const adopted = engine.adopt(pipeline.record, new PipelineEvents());
        const endpoint = adopted.adopt(record, events);
        expect(events.losses).to.be.empty;
        await until('its owner is told', () => events.losses.length > 0);
        expect(await codeOf(endpoint.answer('v=0'))).to.equal('object-gone');
        expect(engine.load.endpoints).to.equal(0);
      });
    }

    it('what is released before it was taken over is released, and nobody is told', async () => {
      const pipeline = await open();
      const { record } = await pipeline.createEndpoint({}, new EndpointEvents());
      pipeline.letGo();
      const [events, whole] = [new EndpointEvents(), new PipelineEvents()];
      const adopted = engine.adopt(pipeline.record, whole);
      const endpoint = adopted.adopt(record, events);
      endpoint.release();
      adopted.release();
      await adopted.finishAdoption();
      await until('it is gone', async () => (await made()).length === 0);
      expect([events.losses, whole.losses]).to.deep.equal([[], []]);
    });
  });
}
