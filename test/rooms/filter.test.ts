import { expect } from 'chai';
import type { VideoFilter } from '../../media/port.js';
import type { Participant } from '../../rooms/index.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { Stage, publish } from './stage.js';

const offer = 'v=0 offer';
const hat: VideoFilter = {
  type: 'face-overlay',
  imageUrl: 'http://images.example/hat.png',
  placement: { offsetX: 0, offsetY: -1, width: 1, height: 1 },
};
const marker = (index: number): VideoFilter => ({ type: 'marker', index, imageUrl: `http://images.example/${index}` });

/** docs/protocols/kurento-room.md#39-customrequest, #71-what-is-built-in-the-media-server. */
describe('Kurento Room §7.4 a filter on a publication', () => {
  async function call(): Promise<{ stage: Stage; ana: Participant; berta: Participant }> {
    const stage = new Stage();
    stage.media.hasFilters = true;
    const [ana, berta] = [stage.join('ana'), stage.join('berta')];
    await publish(ana, offer, { loopback: true });
    await berta.subscribe(ana, offer);
    return { stage, ana, berta };
  }

  /** What reaches each endpoint, and from where: ana's own (loopback), then the subscribers'. */
  function sources(stage: Stage): string[] {
    const [source] = stage.media.endpoints;
    const givers = [
      ...(source ? [['camera', source] as const] : []),
      ...[...stage.media.filters].map((filter) => [filter.settings.type, filter] as const),
    ];
    return [...stage.media.endpoints].map((sink) =>
      givers
        .flatMap(([name, giver]) => [...(giver.flows.get(sink) ?? [])].map((kind) => `${kind} of ${name}`))
        .sort()
        .join(', '),
    );
  }

  const plain = 'audio of camera, video of camera';
  const filtered = 'audio of camera, video of face-overlay';

  it('gives the video to all receivers, including the loopback, until it is removed', async () => {
    const { stage, ana } = await call();
    await ana.setFilter(hat);
    expect(sources(stage)).to.deep.equal([filtered, filtered]);
    await stage.join('carla').subscribe(ana, offer);
    expect(sources(stage), 'also who subscribes later').to.deep.equal([filtered, filtered, filtered]);
    await ana.setFilter(undefined);
    expect(sources(stage)).to.deep.equal([plain, plain, plain]);
    expect(stage.media.filters.size).to.equal(0);
  });

  it('that was set before a publication applies from its start, and to each later one', async () => {
    const stage = new Stage();
    stage.media.hasFilters = true;
    const ana = stage.join('ana');
    await ana.setFilter(hat);
    await publish(ana, offer, { loopback: true });
    expect(sources(stage)).to.deep.equal([filtered]);
    ana.unpublish();
    expect(stage.media.filters.size, 'it ends with the publication').to.equal(0);
    await publish(ana, offer, { loopback: true });
    expect(sources(stage)).to.deep.equal([filtered]);
  });

  it('leaves a mute as it is', async () => {
    const { stage, ana, berta } = await call();
    await berta.subscriptionTo(ana)?.mute('video');
    await ana.setFilter(hat);
    expect(sources(stage)).to.deep.equal([filtered, 'audio of camera']);
    await berta.subscriptionTo(ana)?.unmute();
    expect(sources(stage)).to.deep.equal([filtered, filtered]);
    await ana.publication?.mute('video');
    expect(sources(stage)).to.deep.equal(['audio of camera', 'audio of camera']);
  });

  it('is refused if the media server has no filters, before and after publishing, and nothing changes', async () => {
    const { stage, ana, berta } = await call();
    stage.media.hasFilters = false;
    expect(await codeOf(ana.setFilter(hat))).to.equal('filter-refused');
    expect(await codeOf(berta.setFilter(hat))).to.equal('filter-refused');
    expect(ana.filter).to.equal(undefined);
    expect(sources(stage)).to.deep.equal([plain, plain]);
  });

  for (const step of ['createFilter', 'connect'] as const) {
    it(`is refused when the media server fails at ${step}: the publication is untouched, nothing is left`, async () => {
      const { stage, ana } = await call();
      stage.media.failNext(step);
      expect(await codeOf(ana.setFilter(hat))).to.equal('filter-refused');
      expect(ana.filter).to.equal(undefined);
      expect(stage.media.filters.size).to.equal(0);
      expect(sources(stage)).to.deep.equal([plain, plain]);
      await ana.setFilter(hat);
      expect(sources(stage)).to.deep.equal([filtered, filtered]);
    });

    it(`whose owner leaves while the media server is at ${step} is released, once`, async () => {
      const { stage, ana, berta } = await call();
      const held = stage.media.holdNext(step);
      const setting = ana.setFilter(hat).catch(() => undefined);
      await held.reached;
      ana.leave();
      held.open();
      await setting;
      berta.leave();
      await until('the pipeline is released', () => stage.media.pipelines.size === 0);
      expect(stage.media.allocated).to.equal(0);
      expect([...stage.media.releases.values()].filter((times) => times !== 1)).to.deep.equal([]);
    });
  }

  it('that fails during publishing is told to the publisher, and the publication goes on without it', async () => {
    const stage = new Stage();
    stage.media.hasFilters = true;
    const ana = stage.join('ana');
    await ana.setFilter(hat);
    stage.media.failNext('createFilter');
    await publish(ana, offer, { loopback: true });
    expect(sources(stage)).to.deep.equal([plain]);
    expect(stage.told(ana)).to.deep.equal(['mediaFailed filter-refused']);
  });

  it('of the room applies to all present and future publications, except those with a filter of their own', async () => {
    const { stage, ana, berta } = await call();
    await ana.room.setFilter(marker(0));
    await publish(berta, offer);
    await berta.setFilter(hat);
    expect([...stage.media.filters].map(({ settings }) => settings.type)).to.deep.equal(['marker', 'face-overlay']);
    await ana.room.setFilter(undefined);
    expect([...stage.media.filters].map(({ settings }) => settings.type)).to.deep.equal(['face-overlay']);
    expect(stage.told(stage.join('carla')), 'the state was set once').to.deep.equal(['roomFilterChanged none']);
  });

  it('of the room that fails for one participant is told to that participant only', async () => {
    const { stage, ana, berta } = await call();
    stage.media.failNext('createFilter');
    await ana.room.setFilter(marker(0));
    expect(stage.told(ana).slice(-2)).to.deep.equal(['roomFilterChanged marker', 'mediaFailed filter-refused']);
    expect(stage.told(berta).at(-1)).to.equal('roomFilterChanged marker');
    expect(sources(stage)).to.deep.equal([plain, plain]);
  });

  it('of one publication comes before all others, ends with it, and is refused whole', async () => {
    const { stage, ana } = await call();
    const gray: VideoFilter = { type: 'gstreamer', command: 'videobalance saturation=0', properties: {} };
    const own = ana.publication;
    if (!own) throw new Error('ana does not publish');
    await ana.setFilter(hat);
    await own.changeFilter(() => gray);
    const grayed = 'audio of camera, video of gstreamer';
    expect(sources(stage)).to.deep.equal([grayed, grayed]);
    await ana.setFilter(undefined);
    expect(sources(stage), 'it stays').to.deep.equal([grayed, grayed]);
    await ana.setFilter(hat);
    stage.media.failNext('connect');
    expect(await codeOf(own.changeFilter(() => ({ ...gray, command: 'identity' })))).to.equal('filter-refused');
    expect([own.filter, sources(stage)]).to.deep.equal([gray, [grayed, grayed]]);
    await own.changeFilter(() => undefined);
    expect(sources(stage), 'the one of all publications is there again').to.deep.equal([filtered, filtered]);
    await own.changeFilter(() => gray);
    ana.unpublish();
    expect(stage.media.filters.size).to.equal(0);
    expect(await codeOf(own.changeFilter(() => undefined))).to.equal('not-publishing');
    await publish(ana, offer, { loopback: true });
    expect(ana.publication.filter).to.equal(undefined);
  });

  it('of one publication changes one after another, each from what it is by then', async () => {
    const { stage, ana } = await call();
    const own = ana.publication;
    const seen: unknown[] = [];
    const done: number[] = [];
    const change = (value: string) =>
      own?.changeFilter(
        (present) => {
          seen.push(present?.type === 'gstreamer' ? present.properties : present);
          return { type: 'gstreamer', command: 'videobalance', properties: { hue: value } };
        },
        () => done.push(Number(value)),
      );
    await Promise.all([change('1'), change('2')]);
    expect(seen).to.deep.equal([undefined, { hue: '1' }]);
    expect(done).to.deep.equal([1, 2]);
    const [only, ...more] = stage.media.filters;
    expect(more).to.deep.equal([]);
    expect(only?.settings).to.deep.include({ properties: { hue: '2' } });
  });
});
