import { expect } from 'chai';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { useServer } from '../../support/server.js';
import { BackEnd, Page, publishing, withOpenvidu } from './stage.js';

describe('OpenVidu §5 streams', () => {
  const server = useServer(withOpenvidu);
  const backEnd = new BackEnd(server);
  const pages: Page[] = [];

  async function join(session: string, body: object = {}): Promise<Page> {
    const page = await Page.joining(server().url, session, backEnd.connection(session, body));
    pages.push(page);
    return page;
  }

  afterEach(() => {
    for (const page of pages.splice(0)) page.cut();
  });

  it('§5.1 one that is published is told to the others after the answer, and can be received at once', async () => {
    await backEnd.session('publish');
    const [ana, berta] = [await join('publish'), await join('publish')];
    await ana.told();
    const { sdpAnswer, id, createdAt, sessionId } = await ana.publish();
    expect(sdpAnswer).to.be.a('string').that.includes('m=video');
    expect(id).to.match(new RegExp(`^str_CAM_[A-Z][A-Za-z0-9]{3}_${ana.id}$`));
    expect(sessionId).to.equal(ana.joined.sessionId);
    expect(await berta.told()).to.deep.equal([
      {
        method: 'participantPublished',
        params: {
          id: ana.id,
          streams: [
            {
              ...{ id, createdAt, hasAudio: true, hasVideo: true, audioActive: true, videoActive: true },
              ...{ typeOfVideo: 'CAMERA', frameRate: 30, videoDimensions: '{"width":640,"height":480}', filter: {} },
            },
          ],
        },
      },
    ]);
    expect((await berta.receive(String(id))).sdpAnswer).to.include('a=sendonly');
    expect(await ana.told(), 'nobody is told who receives').to.deep.equal([]);
  });

  it('§5.1 the answer comes before all that it causes, and candidates name the connection of the publisher', async () => {
    await backEnd.session('candidates');
    const [ana, berta] = [await join('candidates'), await join('candidates')];
    const { id } = await ana.publish();
    const own = await ana.rpc.notified('iceCandidate');
    expect(own).to.include({ senderConnectionId: ana.id });
    expect(own.candidate).to.be.a('string').that.is.not.equal('');
    await berta.receive(String(id));
    const received = await berta.rpc.notified('iceCandidate');
    expect(received).to.include({ senderConnectionId: ana.id, endpointName: `${berta.id}_${String(id)}` });
  });

  it('§5.1 the id tells what the stream shows, and is another one with each publication', async () => {
    await backEnd.session('kinds');
    const ana = await join('kinds');
    const ids: unknown[] = [];
    for (const params of [
      { hasVideo: false, typeOfVideo: undefined },
      { typeOfVideo: 'SCREEN' },
      { typeOfVideo: 'CUSTOM' },
      { typeOfVideo: undefined },
      {},
    ]) {
      ids.push((await ana.publish(params)).id);
      expect(await ana.rpc.request('unpublishVideo')).to.deep.equal({ sessionId: ana.joined.sessionId });
    }
    expect(ids.map((id) => String(id).slice(0, 7))).to.deep.equal([
      'str_MIC',
      'str_SCR',
      'str_CUS',
      'str_CAM',
      'str_CAM',
    ]);
    expect(new Set(ids).size).to.equal(5);
  });

  it('§5.1 is refused: by role, a second one, with a filter, without media, with a bad offer; and then works', async () => {
    await backEnd.session('refused');
    const [ana, guest] = [await join('refused'), await join('refused', { role: 'SUBSCRIBER' })];
    const { error } = await guest.rpc.call('publishVideo', publishing());
    expect(error).to.deep.equal({
      code: 401,
      message: 'Unable to publish video. The user does not have a valid token',
    });
    const refusal = async (params: object) => ana.rpc.refusal('publishVideo', publishing(params));
    expect(await refusal({ filter: { type: 'GStreamerFilter', options: {} } })).to.equal(406);
    expect(await refusal({ hasAudio: false, hasVideo: false })).to.equal(302);
    expect(await refusal({ sdpOffer: 'no SDP' })).to.equal(302);
    expect(await refusal({ sdpOffer: undefined })).to.equal(-32_602);
    expect(await refusal({ hasAudio: undefined })).to.equal(-32_602);
    expect(await refusal({ videoDimensions: '640x480' })).to.equal(-32_602);
    const { id } = await ana.publish();
    expect(await refusal({})).to.equal(106);
    expect((await guest.receive(String(id))).sdpAnswer).to.be.a('string');
  });

  it('§5.2 unpublishing is told with its reason, ends what is received, and publishing again at once works', async () => {
    await backEnd.session('again');
    const [ana, berta] = [await join('again'), await join('again')];
    expect(await ana.rpc.refusal('unpublishVideo')).to.equal(105);
    for (let time = 0; time < 3; time += 1) {
      const { id } = await ana.publish();
      await berta.receive(String(id));
      await ana.rpc.request('unpublishVideo');
      const told = await berta.told();
      expect(told.map(({ method }) => method)).to.deep.equal(['participantPublished', 'participantUnpublished']);
      expect(told[1]?.params).to.deep.equal({ connectionId: ana.id, reason: 'unpublish' });
    }
    expect((await ana.told()).map(({ method }) => method)).to.deep.equal(['participantJoined']);
  });

  it('§5.3 receiving is refused for nobody, for one without a stream and for oneself; an old id means the present stream', async () => {
    await backEnd.session('receive');
    const [ana, berta] = [await join('receive'), await join('receive')];
    const refusal = async (sender: string) => berta.rpc.refusal('receiveVideoFrom', { sender, sdpOffer: receiveOffer });
    expect(await refusal('str_CAM_Abcd_con_Nobody0000')).to.equal(102);
    expect(await refusal(`str_CAM_Abcd_${ana.id}`)).to.equal(105);
    await ana.publish();
    await berta.publish();
    expect(await refusal(`str_CAM_Abcd_${berta.id}`)).to.equal(105);
    expect((await berta.receive(`str_CAM_Zzzz_${ana.id}`)).sdpAnswer).to.be.a('string');
    expect((await berta.receive(ana.id)).sdpAnswer, 'again').to.be.a('string');
    const bad = await berta.rpc.refusal('receiveVideoFrom', { sender: ana.id, sdpOffer: 'no SDP' });
    expect(bad).to.equal(302);
    expect((await berta.receive(ana.id)).sdpAnswer).to.be.a('string');
  });

  it('§5.3 unsubscribing takes connection and stream ids, succeeds without a subscription, and tells nobody', async () => {
    await backEnd.session('unsubscribe');
    const [ana, berta] = [await join('unsubscribe'), await join('unsubscribe')];
    const { id } = await ana.publish();
    await berta.receive(String(id));
    await ana.told();
    for (const sender of [ana.id, id, ana.id]) {
      expect(await berta.rpc.request('unsubscribeFromVideo', { sender })).to.deep.equal({
        sessionId: berta.joined.sessionId,
      });
    }
    expect(await berta.rpc.refusal('unsubscribeFromVideo', { sender: 'con_Nobody0000' })).to.equal(102);
    expect(await ana.told()).to.deep.equal([]);
    expect((await berta.receive(String(id))).sdpAnswer).to.be.a('string');
  });

  it('§5.4 the server makes no offers', async () => {
    await backEnd.session('offers');
    const ana = await join('offers');
    const { id } = await ana.publish();
    expect(await ana.rpc.refusal('prepareReceiveVideoFrom', { sender: id, reconnect: false })).to.equal(303);
  });

  it('§5.5 candidates are taken before their endpoint, for nobody, and at their end', async () => {
    await backEnd.session('early');
    const [ana, berta] = [await join('early'), await join('early')];
    const candidate = 'candidate:1 1 UDP 2013266431 127.0.0.1 50000 typ host';
    for (const endpointName of [ana.id, berta.id, 'con_Nobody0000', '']) {
      for (const text of [candidate, '', 'nonsense']) {
        const params = { endpointName, candidate: text, sdpMid: '0', sdpMLineIndex: 0 };
        expect(await ana.rpc.request('onIceCandidate', params)).to.deep.equal({ sessionId: ana.joined.sessionId });
      }
    }
    expect((await ana.publish()).sdpAnswer).to.be.a('string');
  });

  it('§5.1 doLoopback brings the stream back', async () => {
    await backEnd.session('loopback');
    const ana = await join('loopback');
    const sdpOffer = publishOffer.replaceAll('a=sendonly', 'a=sendrecv');
    expect((await ana.publish({ doLoopback: true, sdpOffer })).sdpAnswer).to.include('a=sendrecv');
  });

  it('§11.2 a forced codec is the only one of the answers, and 800 where the offer does not have it', async () => {
    await backEnd.session('forced', { forcedVideoCodec: 'VP8' });
    const ana = await join('forced');
    const { sdpAnswer } = await ana.publish();
    const video = String(sdpAnswer)
      .split(/^m=/m)
      .find((section) => section.startsWith('video'));
    expect([...(video ?? '').matchAll(/a=rtpmap:\d+ (\w+)\//g)].map(([, name]) => name)).to.include('VP8');
    expect(video).to.not.match(/H264|VP9|AV1/);
    await backEnd.session('forced-2', { forcedVideoCodec: 'VP9' });
    const berta = await join('forced-2');
    const without = publishOffer.replaceAll('VP9/', 'XX9/');
    expect(await berta.rpc.refusal('publishVideo', publishing({ sdpOffer: without }))).to.equal(800);
  });

  it('§6.5 videoData and speech to text are answered', async () => {
    await backEnd.session('small');
    const ana = await join('small');
    await ana.publish();
    const sizes = { height: 480, width: 640, videoActive: true, audioActive: true };
    expect(await ana.rpc.request('videoData', sizes)).to.deep.equal({ sessionId: ana.joined.sessionId });
    for (const method of ['subscribeToSpeechToText', 'unsubscribeFromSpeechToText']) {
      expect(await ana.rpc.refusal(method, { connectionId: ana.id, lang: 'en-US' })).to.equal(997);
    }
  });
});
