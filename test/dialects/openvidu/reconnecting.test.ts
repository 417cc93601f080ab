import { expect } from 'chai';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { bindAddress, negotiate } from '../../support/negotiate.js';
import { PeerProcess } from '../../support/peer.js';
import { useServer } from '../../support/server.js';
import { BackEnd, Page, withOpenvidu } from './stage.js';

describe('OpenVidu §5.6 reconnectStream', () => {
  const server = useServer({ ...withOpenvidu, mediaBindAddress: bindAddress });
  const backEnd = new BackEnd(server);
  const pages: Page[] = [];
  let peers: PeerProcess;

  before(async () => {
    peers = await PeerProcess.start();
  });

  after(() => peers.stop());

  afterEach(() => {
    for (const page of pages.splice(0)) page.cut();
    peers.closeAll();
  });

  async function join(session: string): Promise<Page> {
    const page = await Page.joining(server().url, session, backEnd.connection(session));
    pages.push(page);
    return page;
  }

  it('keeps the id of the own stream and tells nobody; another one is received again', async () => {
    await backEnd.session('answers');
    const [ana, berta] = [await join('answers'), await join('answers')];
    const reconnect = async (page: Page, params: object) => page.rpc.call('reconnectStream', params);
    const { id: stream, createdAt } = await ana.publish();
    await berta.receive(String(stream));
    for (const page of [ana, berta]) await page.told();
    const { sessionId } = ana.joined;
    for (const member of ['sdpString', 'sdpOffer']) {
      const { result } = await reconnect(ana, { stream, [member]: publishOffer });
      const { sdpAnswer, ...rest } = result ?? {};
      expect(sdpAnswer).to.be.a('string').that.includes('m=video');
      expect(rest).to.deep.equal({ id: stream, createdAt, sessionId });
    }
    const again = await reconnect(berta, { stream, sdpOffer: receiveOffer, forciblyReconnect: false });
    expect(again.result).to.have.all.keys('sdpAnswer', 'sessionId');
    for (const page of [ana, berta]) expect(await page.told()).to.deep.equal([]);
    for (const [params, code] of [
      [{ stream: `str_CAM_Zzzz_${ana.id}`, sdpString: publishOffer }, 105],
      [{ stream: 'str_CAM_Zzzz_con_Nobody0000', sdpOffer: receiveOffer }, 105],
      [{ stream }, -32_602],
      [{ stream, sdpString: 'no SDP' }, 302],
    ] as const) {
      expect((await reconnect(ana, params)).error?.code, JSON.stringify(params)).to.equal(code);
    }
    expect((await reconnect(ana, { stream, sdpString: publishOffer })).result, 'and works after that').to.be.an(
      'object',
    );
  });

  it('those who receive the own stream see it again without doing anything', async () => {
    await backEnd.session('media');
    const [ana, berta] = [await join('media'), await join('media')];
    const described = { hasAudio: true, hasVideo: true, doLoopback: false };
    const first = await negotiate(peers, ana.rpc, ana.id, 'publishVideo', described);
    first.send();
    const { streams } = await berta.rpc.notified('participantPublished');
    const [{ id: stream }] = streams as [{ id: string }];
    const receiver = await negotiate(peers, berta.rpc, ana.id, 'receiveVideoFrom', { sender: stream });
    await receiver.receives({ audio: 5, video: 5 });
    first.close();
    await ana.told();
    while (ana.rpc.frames.length > 0) await ana.rpc.take(() => true);
    const second = await negotiate(peers, ana.rpc, ana.id, 'reconnectStream', { stream });
    const before = receiver.videoSequence.length;
    second.send();
    await receiver.receives({ video: before + 20 });
    expect(await berta.told()).to.deep.equal([]);
  });
});
