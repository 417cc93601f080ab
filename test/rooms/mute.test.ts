import { expect } from 'chai';
import type { Participant } from '../../rooms/index.js';
import { codeOf } from '../support/rejection.js';
import { Stage, publish } from './stage.js';

const offer = 'v=0 offer';

/** docs/protocols/kurento-room.md#74-mute-and-filters-on-the-server-side. */
describe('Kurento Room §7.4 mute on the server side', () => {
  async function call(): Promise<{ stage: Stage; ana: Participant; berta: Participant; carla: Participant }> {
    const stage = new Stage();
    const [ana, berta, carla] = [stage.join('ana'), stage.join('berta'), stage.join('carla')];
    await publish(ana, offer, { loopback: true });
    await berta.subscribe(ana, offer);
    await carla.subscribe(ana, offer);
    return { stage, ana, berta, carla };
  }

  /** The kinds of media that flow from ana's endpoint to ana, to berta and to carla. */
  function flows(stage: Stage): string[] {
    const [source, ...sinks] = stage.media.endpoints;
    if (!source) throw new Error('nobody publishes');
    return [source, ...sinks].map((sink) => [...(source.flows.get(sink) ?? [])].sort().join('+') || 'nothing');
  }

  it('of a publication stops it for all receivers, and unmute restores it', async () => {
    const { stage, ana } = await call();
    expect(flows(stage)).to.deep.equal(['audio+video', 'audio+video', 'audio+video']);
    await ana.publication?.mute('audio');
    expect(flows(stage)).to.deep.equal(['video', 'video', 'video']);
    await ana.publication?.mute('video');
    expect(flows(stage), 'audio and then video adds up to all').to.deep.equal(['nothing', 'nothing', 'nothing']);
    expect(ana.publication?.muted).to.deep.equal(['audio', 'video']);
    await ana.publication?.unmute();
    await ana.publication?.unmute();
    expect(flows(stage)).to.deep.equal(['audio+video', 'audio+video', 'audio+video']);
  });

  it('of a subscription stops it for that subscriber only', async () => {
    const { stage, ana, berta } = await call();
    await berta.subscriptionTo(ana)?.mute('all');
    expect(flows(stage)).to.deep.equal(['audio+video', 'nothing', 'audio+video']);
    await berta.subscriptionTo(ana)?.unmute();
    expect(flows(stage)).to.deep.equal(['audio+video', 'audio+video', 'audio+video']);
  });

  it('at both places: media flows where it is muted at neither', async () => {
    const { stage, ana, berta } = await call();
    await berta.subscriptionTo(ana)?.mute('video');
    await ana.publication?.mute('audio');
    expect(flows(stage)).to.deep.equal(['video', 'nothing', 'video']);
    await ana.publication?.unmute();
    expect(flows(stage)).to.deep.equal(['audio+video', 'audio', 'audio+video']);
  });

  it('applies to later subscribers too', async () => {
    const { stage, ana } = await call();
    await ana.publication?.mute('video');
    await stage.join('dora').subscribe(ana, offer);
    expect(flows(stage).at(-1)).to.equal('audio');
  });

  it('ends with the publication', async () => {
    const { stage, ana } = await call();
    await ana.publication?.mute('all');
    ana.unpublish();
    await publish(ana, offer, { loopback: true });
    expect(flows(stage)).to.deep.equal(['audio+video']);
  });

  it('is impossible without a publication or a subscription', async () => {
    const { stage, ana, berta } = await call();
    expect(berta.publication).to.equal(undefined);
    expect(ana.subscriptionTo(berta)).to.equal(undefined);
    expect(stage.join('dora').subscriptionTo(ana)).to.equal(undefined);
  });

  it('of a publication or subscription that has ended is refused with not-publishing', async () => {
    const { ana, berta } = await call();
    const [publication, subscription] = [ana.publication, berta.subscriptionTo(ana)];
    if (!publication || !subscription) throw new Error('both are open');
    ana.unpublish();
    expect(await codeOf(publication.mute('all'))).to.equal('not-publishing');
    expect(await codeOf(publication.unmute())).to.equal('not-publishing');
    expect(await codeOf(subscription.mute('all'))).to.equal('not-publishing');
    expect(await codeOf(subscription.unmute())).to.equal('not-publishing');
  });

  it('that fails at the media server is media-failed, and the next change tries again', async () => {
    const { stage, ana } = await call();
    stage.media.failNext('connect');
    expect(await codeOf(async () => ana.publication?.mute('audio'))).to.equal('media-failed');
    await ana.publication?.mute('audio');
    expect(flows(stage)).to.deep.equal(['video', 'video', 'video']);
  });

  it('does no harm when the participant leaves meanwhile', async () => {
    const { stage, ana, berta } = await call();
    const held = stage.media.holdNext('connect');
    const muting = berta.subscriptionTo(ana)?.mute('all');
    await held.reached;
    berta.leave();
    held.open();
    await muting;
    expect(flows(stage)).to.deep.equal(['audio+video', 'audio+video']);
  });
});
