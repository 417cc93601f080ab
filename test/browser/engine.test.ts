import { expect } from 'chai';
import { listenerPermissions } from '../../tools/chromium.js';
import { useStage } from './engine-stage.js';

describe('the embedded engine with Chromium', function () {
  this.timeout(60_000);
  const stage = useStage();

  it('carries what the browser prefers, VP8, H264, VP9 and AV1, and Opus, from one page to another', async () => {
    const page = await stage.openPage();
    const other = await stage.openPage(listenerPermissions);
    for (const codec of [undefined, 'VP8', 'H264', 'VP9', 'AV1']) {
      await stage.negotiate(page, 'ann', { role: 'publish', codec });
      await stage.negotiate(other, 'bob', { role: 'subscribe', source: 'ann' });
      const stats = await stage.expectPlaying(other, 'bob');
      expect(stats.streams, 'audio and video arrive in one stream').to.equal(1);
      expect(stats.codec?.mimeType).to.equal(`video/${codec ?? 'VP8'}`);
      await stage.end(other, 'bob');
      await stage.end(page, 'ann');
    }
  });

  it('shows a late subscriber a picture at once, by asking the publisher for a keyframe', async () => {
    const page = await stage.openPage();
    await stage.negotiate(page, 'ann', { role: 'publish' });
    const other = await stage.openPage(listenerPermissions);
    await stage.negotiate(other, 'bob', { role: 'subscribe', source: 'ann' });
    await stage.expectPlaying(other, 'bob');
    const late = await stage.openPage(listenerPermissions);
    await stage.negotiate(late, 'late', { role: 'subscribe', source: 'ann' });
    const began = Date.now();
    await stage.eventually(late, 'late', ({ framesDecoded }) => framesDecoded > 0);
    if (process.env.ENGINE_LOG) process.stderr.write(`first picture after ${Date.now() - began} ms\n`);
    await stage.expectPlaying(late, 'late');
  });

  it('goes on over another path when a page restarts ICE, for those that send and those that receive', async () => {
    const page = await stage.openPage();
    const first = await stage.negotiate(page, 'ann', { role: 'publish' });
    const other = await stage.openPage(listenerPermissions);
    const second = await stage.negotiate(other, 'bob', { role: 'subscribe', source: 'ann' });
    await stage.expectPlaying(other, 'bob');
    const linesOf = (answer: string, name: string): readonly string[] | null =>
      answer.match(new RegExp(`^a=${name}:.*$`, 'gm'));
    for (const [who, name, before] of [
      [page, 'ann', first],
      [other, 'bob', second],
      [page, 'ann', first],
    ] as const) {
      const answer = await stage.restart(who, name);
      await stage.expectPlaying(other, 'bob');
      expect(linesOf(answer, 'ice-ufrag')).to.not.deep.equal(linesOf(before, 'ice-ufrag'));
      // The same DTLS association goes on.
      expect(linesOf(answer, 'fingerprint')).to.deep.equal(linesOf(before, 'fingerprint'));
      expect(linesOf(answer, 'setup')).to.deep.equal(linesOf(before, 'setup'));
    }
  });

  it('shows AV1 of several spatial layers in one stream, also when the source is replaced', async () => {
    const scalable = { role: 'publish', codec: 'AV1', size: [640, 480], frameRate: 10, described: true } as const;
    const [page, second] = [await stage.openPage(), await stage.openPage()];
    const descriptor = /^a=extmap:\d+ https:\/\/aomediacodec\.github\.io\/av1-rtp-spec\/#dependency-descriptor/m;
    expect(await stage.negotiate(page, 'ann', { ...scalable, scalability: 'L2T3' })).to.match(descriptor);
    expect(await stage.negotiate(second, 'eve', { ...scalable, scalability: 'L2T1' })).to.match(descriptor);
    const other = await stage.openPage(listenerPermissions);
    expect(await stage.negotiate(other, 'bob', { role: 'subscribe', source: 'ann', described: true })).to.match(
      descriptor,
    );
    await stage.expectPlaying(other, 'bob');
    await stage.eventually(other, 'bob', ({ width }) => width === 640);
    await stage.eventually(page, 'ann', ({ scalability }) => scalability.startsWith('L2'));
    for (const source of ['eve', 'ann', 'eve']) {
      await stage.kurento.invoke(stage.endpoint(source), 'connect', { sink: stage.endpoint('bob') });
      await stage.expectPlaying(other, 'bob');
    }
  });

  it('sends a publisher its own media back when the endpoint is connected to itself', async () => {
    const page = await stage.openPage();
    await stage.negotiate(page, 'loop', { role: 'both' });
    const endpoint = stage.endpoint('loop');
    await stage.kurento.invoke(endpoint, 'connect', { sink: endpoint });
    await stage.expectPlaying(page, 'loop');
  });

  it('goes on without a freeze when the source of a subscriber is replaced', async () => {
    const page = await stage.openPage();
    await stage.negotiate(page, 'ann', { role: 'publish' });
    const second = await stage.openPage();
    await stage.negotiate(second, 'eve', { role: 'publish' });
    const other = await stage.openPage(listenerPermissions);
    await stage.negotiate(other, 'bob', { role: 'subscribe', source: 'ann' });
    await stage.expectPlaying(other, 'bob');
    // There and back: each counts its pictures from another number, and one of them from the higher.
    for (const source of ['eve', 'ann', 'eve']) {
      await stage.kurento.invoke(stage.endpoint(source), 'connect', { sink: stage.endpoint('bob') });
      await stage.expectPlaying(other, 'bob');
    }
    await stage.call(page, 'close', 'ann');
    await stage.expectPlaying(other, 'bob');
  });

  it('reports that the media of a closed page has ended', async () => {
    const page = await stage.openPage();
    await stage.negotiate(page, 'ann', { role: 'publish' });
    await stage.kurento.event('MediaStateChanged', stage.endpoint('ann'));
    await stage.call(page, 'close', 'ann');
    await stage.kurento.until(() =>
      stage.kurento.events.some(({ type, data }) => type === 'DtlsConnectionStateChange' && data.state === 'CLOSED'),
    );
  });
});
