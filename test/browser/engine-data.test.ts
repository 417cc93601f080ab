import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { patienceMs, until } from '../support/until.js';
import { useStage } from './engine-stage.js';

/** docs/protocols/kurento-media.md#71-construction, #72-negotiation; RFC 8831. */
describe('data channels through the embedded engine', function () {
  this.timeout(60_000);
  const stage = useStage();

  const heard = (page: Page, name: string): Promise<string[]> => stage.call<string[]>(page, 'heard', name);

  it('carry text and 60 kB of bytes, in order, from one page to all that are connected to it, beside the media', async () => {
    const [ann, ben, cleo] = [await stage.openPage(), await stage.openPage(), await stage.openPage()];
    await stage.negotiate(ann, 'ann', { role: 'publish', channel: 'chat' });
    await stage.negotiate(ben, 'ben', { role: 'subscribe', channel: '', source: 'ann' });
    await stage.negotiate(cleo, 'cleo', { role: 'subscribe', channel: '', source: 'ann' });
    for (const [page, name] of [
      [ben, 'ben'],
      [cleo, 'cleo'],
    ] as const) {
      await stage.expectPlaying(page, name);
    }
    await stage.kurento.subscribe(stage.endpoint('ben'), 'DataChannelOpened');
    await stage.call(ann, 'say', 'ann', 'hello');
    await stage.call(ann, 'say', 'ann', 60_000);
    await stage.call(ann, 'say', 'ann', 'bye');
    for (const [page, name] of [
      [ben, 'ben'],
      [cleo, 'cleo'],
    ] as const) {
      await until(`${name} hears it all`, async () => (await heard(page, name)).length >= 3, patienceMs).catch(
        () => undefined,
      );
      expect(await heard(page, name), name).to.deep.equal(['chat: hello', 'chat: 60000 bytes', 'chat: bye']);
    }
    const { data } = await stage.kurento.event('DataChannelOpened', stage.endpoint('ben'));
    expect(data.channelId).to.be.a('number');
    const stats = (await stage.kurento.invoke(stage.endpoint('ben'), 'getStats', { mediaType: 'DATA' })) as object;
    const channel = Object.values(stats).find(({ label }: { label?: string }) => label === 'chat') as object;
    expect(channel).to.deep.include({
      label: 'chat',
      datachannelid: data.channelId,
      state: 'open',
      messagesSent: 3,
      bytesSent: 60_008,
      messagesReceived: 0,
    });
  });

  it('go on when their page restarts ICE', async () => {
    const [ann, ben] = [await stage.openPage(), await stage.openPage()];
    await stage.negotiate(ann, 'ann', { role: 'publish', channel: 'chat' });
    await stage.negotiate(ben, 'ben', { role: 'subscribe', channel: '', source: 'ann' });
    await stage.expectPlaying(ben, 'ben');
    await stage.call(ann, 'say', 'ann', 'before');
    for (const [page, name] of [
      [ann, 'ann'],
      [ben, 'ben'],
    ] as const) {
      await stage.restart(page, name);
      await stage.expectPlaying(ben, 'ben');
      await stage.call(ann, 'say', 'ann', `after ${name}`);
    }
    await until('all of it is heard', async () => (await heard(ben, 'ben')).length >= 3, patienceMs).catch(
      () => undefined,
    );
    expect(await heard(ben, 'ben')).to.deep.equal(['chat: before', 'chat: after ann', 'chat: after ben']);
  });

  it('come back over the same channel to a page that is connected to itself', async () => {
    const page = await stage.openPage();
    await stage.negotiate(page, 'ann', { role: 'both', channel: 'echo' });
    const endpoint = stage.endpoint('ann');
    await stage.kurento.invoke(endpoint, 'connect', { sink: endpoint });
    await stage.call(page, 'say', 'ann', 'anybody there?');
    await until('the page gets its own text', async () => (await heard(page, 'ann')).length > 0, patienceMs);
    expect(await heard(page, 'ann')).to.deep.equal(['echo: anybody there?']);
  });

  it('can be opened and closed by the application', async () => {
    const page = await stage.openPage();
    await stage.negotiate(page, 'ann', { role: 'publish', channel: '' });
    const endpoint = stage.endpoint('ann');
    await stage.kurento.subscribe(endpoint, 'DataChannelOpened', 'DataChannelClosed');
    await until('it is connected', async () => (await stage.stats(page, 'ann')).state === 'connected', patienceMs);
    await stage.openDataChannel('ann', 'ours');
    await stage.kurento.invoke(endpoint, 'connect', { sink: endpoint });
    await until(
      'the page has it',
      () =>
        stage.call(page, 'say', 'ann', 'hello').then(
          () => true,
          () => false,
        ),
      patienceMs,
    );
    await until('it can be used', async () => (await heard(page, 'ann')).includes('ours: hello'), patienceMs);
    const channelId = stage.kurento.events.findLast(({ type }) => type === 'DataChannelOpened')?.data.channelId;
    await stage.kurento.invoke(endpoint, 'closeDataChannel', { channelId });
    const { data } = await stage.kurento.event('DataChannelClosed', endpoint);
    expect(data.channelId).to.equal(channelId);
  });

  it('are refused with port 0 when the endpoint was made without', async () => {
    const page = await stage.openPage();
    const offer = await stage.call<string>(page, 'offer', 'ann', { role: 'publish', channel: 'chat' });
    const endpoint = await stage.kurento.create('WebRtcEndpoint', { mediaPipeline: stage.pipeline });
    const answer = String(await stage.kurento.invoke(endpoint, 'processOffer', { offer }));
    expect(answer).to.match(/^m=application 0 /m);
  });
});
