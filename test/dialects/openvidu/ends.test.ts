import { expect } from 'chai';
import { inTime } from '../../../dialects/openvidu/within.js';
import { MediaError } from '../../../media/errors.js';
import { RpcClient } from '../../support/rpc-client.js';
import { ServiceStage } from '../../support/service-stage.js';
import { testKey } from '../../support/tokens.js';
import { BackEnd, Page, withOpenvidu } from './stage.js';

describe('OpenVidu §7 what ends without a page', () => {
  let stage: ServiceStage;
  let url: string;
  const backEnd = new BackEnd(() => stage.service);
  const pages: Page[] = [];

  async function join(session: string): Promise<Page> {
    const page = await Page.joining(url, session, backEnd.connection(session));
    pages.push(page);
    return page;
  }

  beforeEach(async () => {
    stage = new ServiceStage(withOpenvidu);
    url = await stage.start();
  });

  afterEach(async () => {
    for (const page of pages.splice(0)) page.cut();
    await stage.stop();
  });

  it('a stream that the media server has lost is told to all, its publisher too, who may publish again', async () => {
    await backEnd.session('lost');
    const [ana, berta] = [await join('lost'), await join('lost')];
    await ana.publish();
    for (const page of [ana, berta]) await page.told();
    const [endpoint] = stage.media.endpoints;
    endpoint?.listener.mediaLost(new MediaError('object-gone', 'It is gone'));
    const ended = { connectionId: ana.id, reason: 'mediaServerReconnect' };
    expect(await berta.rpc.notified('participantUnpublished')).to.deep.equal(ended);
    expect((await ana.rpc.notified('mediaError')).error).to.be.a('string');
    expect(await ana.rpc.notified('participantUnpublished')).to.deep.equal(ended);
    expect((await ana.publish()).id).to.be.a('string');
  });

  it('pages are told that the server stops', async () => {
    await backEnd.session('stops');
    const ana = await join('stops');
    await stage.stop();
    expect(await ana.rpc.notified('participantEvicted')).to.deep.equal({
      connectionId: ana.id,
      reason: 'openviduServerStopped',
    });
  });

  it('an administrator of the server counts as the server', async () => {
    await backEnd.session('admin');
    const [ana, berta] = [await join('admin'), await join('admin')];
    const { participant } = backEnd.model.find('admin')?.connection(berta.id) ?? {};
    await berta.publish();
    await ana.told();
    if (!participant) throw new Error('nobody');
    const moderation = participant.room.moderatedBy({
      administrator: 'admin',
      bearer: { grantsIn: () => ({ ...participant.grants, roomAdmin: true }) },
    });
    moderation.unpublish(participant);
    const unpublished = { connectionId: berta.id, reason: 'forceUnpublishByServer' };
    for (const { rpc } of [ana, berta]) {
      expect(await rpc.notified('participantUnpublished')).to.deep.equal(unpublished);
    }
    moderation.evict(participant);
    const evicted = { connectionId: berta.id, reason: 'forceDisconnectByServer' };
    expect(await ana.rpc.notified('participantLeft')).to.deep.equal(evicted);
    expect(await berta.rpc.notified('participantEvicted')).to.deep.equal(evicted);
    moderation.announce('Maintenance');
    expect(await ana.rpc.notified('sendMessage')).to.deep.equal({ type: 'signal:chat', data: 'Maintenance' });
  });

  it('§8 nothing is between an answer and what it causes, whoever comes and goes meanwhile', async () => {
    await backEnd.session('order');
    const watcher = await join('order');
    const all = await Promise.all(Array.from({ length: 12 }, async () => join('order')));
    await Promise.all(all.map(async (page) => page.publish()));
    await Promise.all(all.slice(0, 6).map(async (page) => page.rpc.request('leaveRoom')));
    const states = new Map<unknown, 'joined' | 'published' | 'left'>();
    for (const { method, params } of await watcher.told()) {
      const id = params.id ?? params.connectionId;
      if (method === 'participantJoined') expect(states.get(id)).to.equal(undefined);
      if (method === 'participantPublished') expect(states.get(id)).to.equal('joined');
      if (method === 'participantLeft') expect(states.get(id)).to.equal('published');
      states.set(id, method === 'participantJoined' ? 'joined' : method === 'participantLeft' ? 'left' : 'published');
    }
    expect([...states.values()].filter((state) => state === 'left')).to.have.lengthOf(6);
    for (const page of all) {
      const known = (page.joined.value as { id: string }[]).map(({ id }) => id);
      const announced = (await page.told()).filter(({ method }) => method === 'participantJoined');
      // Each of the others once: in the answer, or after it.
      expect([...known, ...announced.map(({ params }) => params.id)].sort()).to.deep.equal(
        [watcher, ...all]
          .filter((other) => other !== page)
          .map(({ id }) => id)
          .sort(),
      );
    }
  });
});

describe('OpenVidu §14 with AUTH=required', () => {
  const stage = new ServiceStage({ ...withOpenvidu, auth: 'required', keys: testKey });
  const backEnd = new BackEnd(() => stage.service);
  let url: string;

  before(async () => {
    url = await stage.start();
  });

  after(() => stage.stop());

  it('a token of the back end is enough for a page, and strangers need one of the server', async () => {
    await backEnd.session('required');
    const ana = await Page.joining(url, 'required', backEnd.connection('required', { role: 'MODERATOR' }));
    expect((await ana.publish()).id).to.be.a('string');
    const kurt = await RpcClient.connect(url);
    expect(await kurt.reason('joinRoom', { user: 'kurt', room: 'required' })).to.equal('401 token-needed');
    ana.cut();
    kurt.cut();
  });
});

describe('OpenVidu §2.2 a negotiation that nobody answers', () => {
  it('is given up with an error of media', async () => {
    let isGivenUp = false;
    const never = new Promise<never>(() => undefined);
    const giveUp = (): void => {
      isGivenUp = true;
    };
    const error: unknown = await inTime(never, giveUp, 1).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 301 });
    expect(isGivenUp).to.equal(true);
    expect(await inTime(Promise.resolve('answer'), giveUp)).to.equal('answer');
  });
});
