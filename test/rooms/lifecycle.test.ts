import { expect } from 'chai';
import { MediaError } from '../../media/errors.js';
import { Rooms } from '../../rooms/index.js';
import type { Participant } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import type { FakeEndpoint, Step } from '../support/fake-media.js';
import { codeOf } from '../support/rejection.js';
import { attributesOf, joinAtOnce, publish, Stage } from './stage.js';

const offer = 'v=0 offer';

/** Every allocation was released, and none twice. */
function expectNothingLeft(media: FakeMedia): void {
  expect(media.allocated, 'objects left on the media server').to.equal(0);
  expect(
    [...media.releases.values()].filter((times) => times !== 1),
    'released more than once',
  ).to.deep.equal([]);
}

function endpointsOf(media: FakeMedia): FakeEndpoint[] {
  return [...media.endpoints];
}

/** What can end during a negotiation (docs/lifecycle.md). */
const endings: Record<string, (ana: Participant, berta: Participant) => void> = {
  'the negotiating one leaves': (ana) => {
    ana.leave();
  },
  'the publisher is evicted': (ana) => {
    ana.room.evict(ana);
  },
  'the room closes': (ana) => {
    ana.room.close('asked to');
  },
  'both leave': (ana, berta) => {
    ana.leave();
    berta.leave();
  },
};

const steps: readonly Step[] = ['openPipeline', 'createEndpoint', 'connect', 'answer'];

describe('Kurento Room §7.1 lifecycle of media (docs/lifecycle.md)', () => {
  it('publish makes one pipeline for the room and one endpoint for the publication', async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    expect(stage.media.allocated, 'joining alone allocates nothing').to.equal(0);
    expect(await publish(ana, offer)).to.equal(`v=0 answer to ${offer}`);
    await publish(berta, offer);
    expect(stage.media.pipelines.size).to.equal(1);
    expect(stage.media.endpoints.size).to.equal(2);
    expect(stage.told(berta)).to.deep.equal(['publicationOpened ana']);
    expect(stage.told(ana)).to.deep.equal(['participantJoined berta', 'publicationOpened berta']);
  });

  it('a publication that ends before it is announced is never told as opened', async () => {
    const ends: Record<string, (ana: Participant, media: FakeMedia) => void> = {
      'the media server is lost': (_ana, media) => {
        for (const { listener } of [...media.pipelines]) listener.mediaLost(new MediaError('object-gone', 'gone'));
      },
      'it is unpublished': (ana) => {
        ana.unpublish();
      },
      'the publisher leaves': (ana) => {
        ana.leave();
      },
      'the room closes': (ana) => {
        ana.room.close('asked to');
      },
    };
    for (const [name, end] of Object.entries(ends)) {
      const stage = new Stage();
      const [ana, berta] = [stage.join('ana'), stage.join('berta')];
      const { announce } = await ana.publish(offer);
      expect(ana.publication, 'not open yet').to.equal(undefined);
      expect(await codeOf(berta.subscribe(ana, offer))).to.equal('not-publishing');
      end(ana, stage.media);
      announce();
      expect(
        stage.told(berta).filter((line) => line.startsWith('publication')),
        name,
      ).to.deep.equal([]);
      expect(ana.pendingPublications).to.deep.equal([]);
      berta.leave();
      ana.leave();
    }
  });

  it('a publication is announced once', async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    const { announce } = await ana.publish(offer);
    announce();
    announce();
    ana.unpublish();
    announce();
    expect(stage.told(berta)).to.deep.equal(['publicationOpened ana', 'publicationClosed ana unpublished']);
  });

  it('two participants that publish at the same moment share the pipeline', async () => {
    const stage = new Stage();
    await Promise.all([publish(stage.join('ana'), offer), publish(stage.join('berta'), offer)]);
    expect(stage.media.pipelines.size).to.equal(1);
  });

  it('subscribe makes one endpoint more, fed by the publication before it answers', async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    await publish(ana, offer);
    const [source] = endpointsOf(stage.media);
    const held = stage.media.holdNext('answer');
    const subscribed = berta.subscribe(ana, offer);
    await held.reached;
    const sink = endpointsOf(stage.media)[1];
    expect([...(source?.sinks ?? [])]).to.deep.equal([sink]);
    held.open();
    await subscribed;
    expect(stage.media.endpoints.size).to.equal(2);
  });

  it('a publication and a subscription are opening until they are answered, and a publication knows since when', async () => {
    const media = new FakeMedia();
    const rooms = new Rooms(media, { now: () => 1_234 });
    const [ana, berta] = ['ana', 'berta'].map((id) =>
      joinAtOnce(rooms, 'r', { id, attributes: attributesOf(id) }, () => () => undefined),
    );
    if (!ana || !berta) throw new Error('both joined');
    let { reached, open } = media.holdNext('answer');
    const publishing = publish(ana, offer);
    await reached;
    expect(ana.pendingPublications[0]).to.deep.include({ state: 'opening', openedAt: undefined });
    expect(ana.publication).to.equal(undefined);
    open();
    await publishing;
    expect(ana.pendingPublications[0])
      .to.equal(ana.publication)
      .and.to.deep.include({ state: 'open', openedAt: 1_234 });
    ({ reached, open } = media.holdNext('answer'));
    const subscribing = berta.subscribe(ana, offer);
    await reached;
    const [subscription] = berta.subscriptions;
    expect(subscription?.state).to.equal('opening');
    open();
    await subscribing;
    expect(subscription?.state).to.equal('open');
    ana.unpublish();
    expect(subscription?.state).to.equal('closed');
  });

  it('loopback feeds the publication to itself', async () => {
    const stage = new Stage();
    await publish(stage.join('ana'), offer, { loopback: true });
    const [endpoint] = endpointsOf(stage.media);
    expect(endpoint?.sinks.has(endpoint)).to.equal(true);
  });

  it('unpublish releases the publication and everything subscribed to it, and publishing again works at once', async () => {
    const stage = new Stage();
    const [ana, berta, carla] = [stage.join('ana'), stage.join('berta'), stage.join('carla')];
    await publish(ana, offer);
    await berta.subscribe(ana, offer);
    await carla.subscribe(ana, offer);
    ana.unpublish();
    expect(stage.media.endpoints.size).to.equal(0);
    expect(stage.told(berta)).to.include('publicationClosed ana unpublished');
    expect([...berta.subscriptions]).to.deep.equal([]);
    expect(
      await codeOf(() => {
        ana.unpublish();
      }),
    ).to.equal('not-publishing');
    await publish(ana, offer);
    expect(stage.media.endpoints.size).to.equal(1);
    for (const participant of [ana, berta, carla]) participant.leave();
    await settled();
    expectNothingLeft(stage.media);
  });

  it('unsubscribe releases that subscription only, and may be repeated', async () => {
    const stage = new Stage();
    const [ana, berta, carla] = [stage.join('ana'), stage.join('berta'), stage.join('carla')];
    await publish(ana, offer);
    await berta.subscribe(ana, offer);
    await carla.subscribe(ana, offer);
    berta.unsubscribe(ana);
    berta.unsubscribe(ana);
    expect(stage.media.endpoints.size).to.equal(2);
    expect([...(ana.publication?.subscriptions ?? [])].map(({ subscriber }) => subscriber)).to.deep.equal([carla]);
  });

  it('a second subscription to the same publisher replaces the first', async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    await berta.subscribe(ana, offer);
    await berta.subscribe(ana, 'v=0 another');
    expect(endpointsOf(stage.media).map((endpoint) => endpoint.answered)).to.deep.equal([offer, 'v=0 another']);
    expectEachReleasedOnce(stage.media);
  });

  it('a publisher that leaves ends their publication, the subscriptions to it and their own subscriptions', async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    await publish(berta, offer);
    await ana.subscribe(berta, offer);
    await berta.subscribe(ana, offer);
    ana.leave();
    expect(stage.media.endpoints.size, "only berta's publication stays").to.equal(1);
    expect(stage.told(berta).at(-1)).to.equal('participantLeft ana');
    expect(stage.told(berta)).to.not.include('publicationClosed ana unpublished');
    berta.leave();
    await settled();
    expectNothingLeft(stage.media);
  });

  it('closing the room releases the pipeline', async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    await berta.subscribe(ana, offer);
    ana.room.close('asked to');
    await settled();
    expectNothingLeft(stage.media);
  });

  it('refuses a second publication, and a subscription to oneself or to a participant that does not publish', async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    expect(await codeOf(publish(ana, offer))).to.equal('already-publishing');
    expect(await codeOf(ana.subscribe(ana, offer))).to.equal('own-publication');
    expect(await codeOf(ana.subscribe(berta, offer))).to.equal('not-publishing');
    expect(stage.media.endpoints.size).to.equal(1);
  });

  it('a subscription whose publisher stops while it is negotiated fails with not-publishing and leaves nothing', async () => {
    for (const end of [
      (ana: Participant) => {
        ana.unpublish();
      },
      (ana: Participant) => {
        ana.leave();
      },
    ]) {
      for (const step of ['createEndpoint', 'connect', 'answer'] as const) {
        const stage = new Stage();
        const [ana, berta] = [stage.join('ana'), stage.join('berta')];
        await publish(ana, offer);
        const held = stage.media.holdNext(step);
        const subscribing = codeOf(berta.subscribe(ana, offer));
        await held.reached;
        end(ana);
        held.open();
        expect(await subscribing, step).to.equal('not-publishing');
        expect(stage.media.endpoints.size, step).to.equal(0);
        berta.leave();
        ana.leave();
        await settled();
        expectNothingLeft(stage.media);
      }
    }
  });

  for (const step of steps) {
    it(`a publication that fails at ${step} leaves nothing, and a second attempt works`, async () => {
      const stage = new Stage();
      const [ana, berta] = [stage.join('ana'), stage.join('berta')];
      stage.media.failNext(step);
      expect(await codeOf(publish(ana, offer, { loopback: true }))).to.equal('media-failed');
      expect(stage.media.endpoints.size).to.equal(0);
      expect(stage.told(berta)).to.deep.equal([]);
      await publish(ana, offer, { loopback: true });
      expect(stage.told(berta)).to.deep.equal(['publicationOpened ana']);
      for (const participant of [ana, berta]) participant.leave();
      await settled();
      expectNothingLeft(stage.media);
    });

    for (const [ending, end] of Object.entries(endings)) {
      it(`when ${ending} while a publication waits at ${step}, nothing is left`, async () => {
        const stage = new Stage();
        const [ana, berta] = [stage.join('ana'), stage.join('berta')];
        const held = stage.media.holdNext(step);
        const publishing = codeOf(publish(ana, offer, { loopback: true }));
        await held.reached;
        end(ana, berta);
        held.open();
        expect(await publishing).to.equal('interrupted');
        expect(stage.told(berta)).to.not.include('publicationOpened ana');
        berta.leave();
        await settled();
        expectNothingLeft(stage.media);
      });
    }
  }

  for (const step of ['createEndpoint', 'connect', 'answer'] as const) {
    it(`a subscription that fails at ${step} leaves nothing, and a second attempt works`, async () => {
      const stage = new Stage();
      const [ana, berta] = [stage.join('ana'), stage.join('berta')];
      await publish(ana, offer);
      stage.media.failNext(step);
      expect(await codeOf(berta.subscribe(ana, offer))).to.equal('media-failed');
      expect(stage.media.endpoints.size).to.equal(1);
      await berta.subscribe(ana, offer);
      expect(stage.media.endpoints.size).to.equal(2);
    });

    it(`when the subscriber leaves while the subscription waits at ${step}, nothing is left`, async () => {
      const stage = new Stage();
      const [ana, berta] = [stage.join('ana'), stage.join('berta')];
      await publish(ana, offer);
      const held = stage.media.holdNext(step);
      const subscribing = codeOf(berta.subscribe(ana, offer));
      await held.reached;
      berta.leave();
      held.open();
      expect(await subscribing).to.equal('interrupted');
      expect(stage.media.endpoints.size).to.equal(1);
      ana.leave();
      await settled();
      expectNothingLeft(stage.media);
    });
  }

  it("an offer the engine refuses is offer-refused, and the engine's own error is kept as the cause", async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const error: unknown = await publish(ana, 'garbage').catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'offer-refused' });
    expect((error as Error).cause).to.be.instanceOf(MediaError);
    expect(stage.media.endpoints.size).to.equal(0);
  });

  it("one participant's negotiations run one after another", async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    const held = stage.media.holdNext('answer');
    const publishing = publish(berta, offer);
    await held.reached;
    const subscribing = berta.subscribe(ana, offer);
    await settled();
    expect(stage.media.endpoints.size, 'the subscription waits for the publication').to.equal(2);
    held.open();
    await Promise.all([publishing, subscribing]);
    expect(stage.media.endpoints.size).to.equal(3);
  });

  it('a publication whose endpoint is lost ends alone: its publisher is told why, the others that it ended, and it can be published again', async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    await publish(berta, offer);
    await berta.subscribe(ana, offer);
    const [lost] = stage.media.endpoints;
    lost?.listener.mediaLost(new MediaError('object-gone', 'somebody else released it'));
    expect(stage.told(ana)).to.deep.equal([
      'participantJoined berta',
      'publicationOpened berta',
      'mediaFailed object-gone',
    ]);
    expect(stage.told(berta)).to.deep.equal(['publicationOpened ana', 'publicationClosed ana media-lost']);
    expect(stage.media.endpoints.size, 'that of berta').to.equal(1);
    lost?.listener.mediaLost(new MediaError('object-gone', 'told twice'));
    await publish(ana, offer);
    await berta.subscribe(ana, offer);
    expect(stage.media.allocated).to.equal(4);
    expect([...stage.media.releases.values()]).to.deep.equal([1, 1]);
  });

  it('a subscription whose endpoint is lost ends alone, and its subscriber is told', async () => {
    const stage = new Stage();
    const [ana, berta, clara] = [stage.join('ana'), stage.join('berta'), stage.join('clara')];
    await publish(ana, offer);
    for (const each of [berta, clara]) await each.subscribe(ana, offer);
    const [, lost] = stage.media.endpoints;
    lost?.listener.mediaLost(new MediaError('object-gone', 'somebody else released it'));
    expect(stage.told(berta).at(-1)).to.equal('subscriptionLost ana object-gone');
    expect(berta.subscriptionTo(ana)).to.be.undefined;
    for (const each of [ana, clara]) expect(stage.told(each).at(-1)).to.not.contain('ost ');
    expect(clara.subscriptionTo(ana)?.state).to.equal('open');
    await berta.subscribe(ana, offer);
    expect(stage.media.allocated).to.equal(4);
  });

  it('a publication whose filter is lost ends, since nothing comes out of it any more', async () => {
    const stage = new Stage();
    stage.media.hasFilters = true;
    const ana = stage.join('ana');
    await ana.setFilter({ type: 'marker', index: 0, imageUrl: 'http://images.example/logo.png' });
    await publish(ana, offer);
    const [filter] = stage.media.filters;
    filter?.listener.mediaLost(new MediaError('object-gone', 'somebody else released it'));
    expect(stage.told(ana).at(-1)).to.equal('mediaFailed object-gone');
    expect(ana.publication).to.be.undefined;
    expect(stage.media.allocated, 'the pipeline').to.equal(1);
  });

  it('losing the media server leaves the room: everybody is told, and publishing again opens a new pipeline', async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    await berta.subscribe(ana, offer);
    const [pipeline] = stage.media.pipelines;
    stage.media.pipelines.clear();
    stage.media.endpoints.clear();
    pipeline?.listener.mediaLost(new MediaError('unavailable', 'the media server is gone'));
    expect(stage.told(ana)).to.deep.equal(['participantJoined berta', 'mediaFailed unavailable']);
    expect(stage.told(berta)).to.deep.equal([
      'publicationOpened ana',
      'mediaFailed unavailable',
      'publicationClosed ana media-lost',
    ]);
    await publish(ana, offer);
    await berta.subscribe(ana, offer);
    expect([...stage.media.pipelines]).to.not.include(pipeline);
    expect(stage.media.allocated).to.equal(3);
  });

  for (const step of ['createEndpoint', 'connect', 'answer'] as const) {
    it(`when the media server is lost while negotiations wait at ${step}, they fail and nothing is released twice`, async () => {
      const stage = new Stage();
      const [ana, berta, carla] = [stage.join('ana'), stage.join('berta'), stage.join('carla')];
      await publish(ana, offer);
      const held = stage.media.holdNext(step);
      const publishing = codeOf(publish(berta, offer, { loopback: true }));
      await held.reached;
      const heldToo = stage.media.holdNext(step);
      const subscribing = codeOf(carla.subscribe(ana, offer));
      await heldToo.reached;
      const [pipeline] = stage.media.pipelines;
      stage.media.pipelines.clear();
      pipeline?.listener.mediaLost(new MediaError('unavailable', 'the media server is gone'));
      held.open();
      heldToo.open();
      expect(await publishing).to.equal('interrupted');
      expect(await subscribing).to.equal('not-publishing');
      expect(stage.told(carla), 'of berta, who was not publishing yet, nothing is said').to.deep.equal([
        'publicationOpened ana',
        'mediaFailed unavailable',
        'publicationClosed ana media-lost',
      ]);
      expect(stage.media.endpoints).to.be.empty;
      expect(stage.media.releases.has(pipeline ?? {}), 'what is lost is not released').to.be.false;
      expectEachReleasedOnce(stage.media);

      await publish(berta, offer);
      await carla.subscribe(berta, offer);
      expect(stage.media.allocated).to.equal(3);
      for (const participant of [ana, berta, carla]) participant.leave();
      await settled();
      expectNothingLeft(stage.media);
    });
  }

  it('a room that closes after its media server was lost, or while the next one is asked, leaves nothing', async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    await publish(ana, offer);
    const [pipeline] = stage.media.pipelines;
    stage.media.pipelines.clear();
    pipeline?.listener.mediaLost(new MediaError('unavailable', 'the media server is gone'));
    const held = stage.media.holdNext('openPipeline');
    const publishing = codeOf(publish(ana, offer));
    await held.reached;
    ana.leave();
    held.open();
    expect(await publishing).to.equal('interrupted');
    await settled();
    expectNothingLeft(stage.media);
  });

  it("tells an endpoint's failure to its owner and a pipeline's to the whole room", async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    endpointsOf(stage.media)[0]?.listener.failed(new MediaError('engine-error', 'of the endpoint'));
    expect(stage.told(ana).at(-1)).to.equal('mediaFailed engine-error');
    expect(stage.told(berta)).to.deep.equal(['publicationOpened ana']);
    [...stage.media.pipelines][0]?.listener.failed(new MediaError('engine-error', 'of the pipeline'));
    expect(stage.told(berta).at(-1)).to.equal('mediaFailed engine-error');
  });
});

describe('Kurento Room §3.6 candidates', () => {
  const candidate = (n: number) => ({ candidate: `candidate:${n}`, sdpMid: '0', sdpMLineIndex: 0 });

  it('that come before the endpoint are held for it, in order', async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    ana.addCandidate(ana, candidate(1));
    const held = stage.media.holdNext('createEndpoint');
    const publishing = publish(ana, offer);
    await held.reached;
    ana.addCandidate(ana, candidate(2));
    held.open();
    await publishing;
    ana.addCandidate(ana, candidate(3));
    berta.addCandidate(ana, candidate(4));
    await berta.subscribe(ana, offer);
    const [publication, subscription] = endpointsOf(stage.media);
    expect(publication?.candidates).to.deep.equal([candidate(1), candidate(2), candidate(3)]);
    expect(subscription?.candidates).to.deep.equal([candidate(4)]);
  });

  it('held for an endpoint that never comes are bounded', async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    for (let n = 0; n < 1_000; n += 1) ana.addCandidate(ana, candidate(n));
    await publish(ana, offer);
    expect(endpointsOf(stage.media)[0]?.candidates).to.have.lengthOf(64);
  });

  it('are forgotten by unsubscribe', async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    berta.addCandidate(ana, candidate(1));
    berta.unsubscribe(ana);
    await berta.subscribe(ana, offer);
    expect(endpointsOf(stage.media)[1]?.candidates).to.deep.equal([]);
  });

  it("of the media server reach the endpoint's owner, under the publisher's name", async () => {
    const stage = new Stage();
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer);
    await berta.subscribe(ana, offer);
    const [publication, subscription] = endpointsOf(stage.media);
    publication?.listener.candidateFound(candidate(1));
    subscription?.listener.candidateFound(candidate(2));
    expect(stage.told(ana).at(-1)).to.equal('candidateFound ana candidate:1');
    expect(stage.told(berta).at(-1)).to.equal('candidateFound ana candidate:2');
  });
});

function expectEachReleasedOnce(media: FakeMedia): void {
  expect([...media.releases.values()].every((times) => times === 1)).to.equal(true);
}

/** Waits until every promise that can settle has settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
