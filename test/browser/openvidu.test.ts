import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { OpenVidu, OpenViduRole, Recording, type Session } from 'openvidu-node-client';
import { expectNoPipelineLeft } from '../support/media-objects.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { OpenViduPage, type Seat } from './openvidu-page.js';
import { Proxy } from './session-proxy.js';
import { useBrowser } from './shared-browser.js';
import { useSite } from './site.js';
import { patienceMs } from './visitor.js';

const secret = 'OF-THE-BACK-END';
/** A session that lost its socket is kept so long. */
const graceMs = 4_000;

/** The people of these tests, each in a page of their own that stays for all tests. */
const people = ['Ana', 'Ben', 'Cleo'] as const;
type Name = (typeof people)[number];

describe('pages of OpenVidu 2, with the unmodified openvidu-browser and openvidu-node-client', function () {
  this.timeout(4 * patienceMs);
  const folder = mkdtempSync(join(tmpdir(), 'atrium-openvidu-'));
  const server = useServer({
    openvidu: { secret, recording: true },
    recordingsDir: folder,
    bridge: false,
    kurentoRoom: { sessionGraceMs: graceMs },
  });
  const site = useSite();
  const newWindow = useBrowser({ stays: true });
  const pages = new Map<Name, OpenViduPage>();
  let backEnd: OpenVidu;
  let session: Session;

  before(async () => {
    backEnd = new OpenVidu(server().url, secret);
    const window = await newWindow();
    for (const name of people) pages.set(name, await OpenViduPage.open(await window.newPage(), site));
  });
  beforeEach(async () => {
    session = await backEnd.createSession();
  });
  afterEach(async () => {
    for (const page of pages.values()) await page.leaveAll();
    // It ended with the last one that left, unless nobody came.
    await session.close().catch(() => undefined);
    for (const page of pages.values()) expect(page.errors.splice(0)).to.deep.equal([]);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  expectNoPipelineLeft(() => server().mediaServerUrls, patienceMs);

  const pageOf = (name: Name): OpenViduPage => pages.get(name) ?? expect.fail(name);

  /** Enters with a new connection of this role. */
  async function enter(name: Name, role = OpenViduRole.PUBLISHER): Promise<Seat> {
    const { token } = await session.createConnection({ role, data: 'of the server' });
    return pageOf(name).enter(name, token);
  }

  /** Ana and Ben, who publish and receive each other. */
  async function both(role?: OpenViduRole): Promise<[Seat, Seat]> {
    const [ana, ben] = [await enter('Ana', role), await enter('Ben')];
    await ana.publish();
    await ben.publish();
    await Promise.all([ana.receives('Ben'), ben.receives('Ana')]);
    // What they were told of this is in the first test.
    await ana.forgets();
    await ben.forgets();
    return [ana, ben];
  }

  it('connect, publish and subscribe; one who comes late gets both as they are there', async () => {
    const ana = await enter('Ana');
    await ana.hears('connectionCreated Ana');
    const ben = await enter('Ben');
    await ben.hears('connectionCreated Ben', 'connectionCreated Ana');
    await ana.hears('connectionCreated Ben');
    const [ofAna, ofBen] = [await ana.publish(), await ben.publish()];
    expect(ofAna).to.match(new RegExp(`^str_CAM_\\w{4}_${ana.id}$`));
    await ana.hears('streamCreated Ben str_CAM');
    await ben.hears('streamCreated Ana str_CAM');
    await Promise.all([ana.receives('Ben'), ben.receives('Ana')]);

    const cleo = await enter('Cleo');
    await cleo.hears(
      ...['connectionCreated Cleo', 'connectionCreated Ana', 'connectionCreated Ben'],
      ...['streamCreated Ana str_CAM', 'streamCreated Ben str_CAM'],
    );
    await Promise.all([cleo.receives('Ana'), cleo.receives('Ben')]);
    await ana.hears('connectionCreated Cleo');
    await ben.hears('connectionCreated Cleo');

    expect(await session.fetch(), 'something is new').to.equal(true);
    const seen = session.activeConnections.map((each) => [each.connectionId, each.publishers.length]);
    expect(seen).to.deep.equal([
      [ana.id, 1],
      [ben.id, 1],
      [cleo.id, 0],
    ]);
    const [first, , third] = session.activeConnections;
    expect(first?.publishers[0]).to.deep.include({ streamId: ofAna, hasAudio: true, hasVideo: true });
    expect(first).to.deep.include({ clientData: '{"clientData":"Ana"}', serverData: 'of the server' });
    expect(third?.subscribers.toSorted()).to.deep.equal([ofAna, ofBen].toSorted());

    await pageOf('Ana').leaveAll();
    await ben.hears('streamDestroyed Ana str_CAM disconnect', 'connectionDestroyed Ana disconnect');
    for (const name of ['Ben', 'Cleo'] as const) await pageOf(name).leaveAll();
    await until('the session is gone', async () => (await session.fetch().catch(String)) === 'Error: 404');
  });

  it('signal to all, to one, by type, and from the back end', async () => {
    const [ana, ben] = [await enter('Ana'), await enter('Ben')];
    await ana.hears('connectionCreated Ana', 'connectionCreated Ben');
    await ben.hears('connectionCreated Ben', 'connectionCreated Ana');
    await ana.run(`session.signal({ type: 'chat', data: 'hello' })`);
    const hello = ['signal chat hello from Ana', 'signal:chat chat hello from Ana'];
    await ana.hears(...hello);
    await ben.hears(...hello);
    await ben.run(
      `session.signal({ type: 'hand', data: 'up', to: [session.remoteConnections.values().next().value] })`,
    );
    await ana.hears('signal hand up from Ben');
    await ben.run(`session.signal({ data: 'no type' })`);
    await ana.hears('signal signal no type from Ben');
    await ben.hears('signal signal no type from Ben');
    await fetch(`${server().url}openvidu/api/signal`, {
      method: 'POST',
      headers: { authorization: backEnd.basicAuth, 'content-type': 'application/json' },
      body: JSON.stringify({ session: session.sessionId, to: [ben.id], type: 'chat', data: 'from afar' }),
    });
    await ben.hears('signal chat from afar from nobody', 'signal:chat chat from afar from nobody');
    await ana.hears();
  });

  it('mute and change tracks, and one who comes then knows', async () => {
    const [ana, ben] = await both();
    await ana.run('publisher.publishAudio(false)');
    await ben.hears('streamPropertyChanged Ana audioActive true false publishAudio');
    await ana.run('publisher.publishVideo(false)');
    await ben.hears('streamPropertyChanged Ana videoActive true false publishVideo');
    const cleo = await enter('Cleo');
    await until('Cleo has the stream', async () => (await cleo.received('Ana')) !== null);
    expect(await cleo.received('Ana')).to.deep.include({ audioActive: false, videoActive: false });
    await ben.hears('connectionCreated Cleo');
    await ana.run('publisher.publishAudio(true)');
    await ana.run('publisher.publishVideo(true)');
    const on = ['audioActive false true publishAudio', 'videoActive false true publishVideo'];
    await ben.hears(...on.map((each) => `streamPropertyChanged Ana ${each}`));
    const before = await ben.receives('Ana');
    expect(before).to.deep.include({ audioActive: true, videoActive: true });
    await ana.run(`(async () => {
      const other = await navigator.mediaDevices.getUserMedia({ video: true });
      await publisher.replaceTrack(other.getVideoTracks()[0]);
    })()`);
    await until('Ben is told', async () => (await ben.told()).some((line) => line.includes('videoTrack')));
    expect((await ben.forgets()).join()).to.match(
      /^streamPropertyChanged Ana videoTrack \S* ?\{"label":".+"\} trackReplaced/,
    );
    expect((await ben.receives('Ana')).streamId).to.equal(before.streamId);
  });

  it('unpublish and publish again, unsubscribe and subscribe again', async () => {
    const [ana, ben] = await both();
    const ids = new Set([(await ben.received('Ana'))?.streamId]);
    for (let time = 1; time <= 3; time += 1) {
      await ana.run('session.unpublish(publisher)');
      await ben.hears('streamDestroyed Ana str_CAM unpublish');
      ids.add(await ana.publish());
      await ben.hears('streamCreated Ana str_CAM');
      await ben.receives('Ana');
      expect(ids.size, 'each has an id of its own').to.equal(time + 1);
    }
    await ben.run(`session.unsubscribe(stream('Ana').streamManager)`);
    await ben.run(`openvidu.subscribe('Ben', 'Ana')`);
    await ben.receives('Ana');
    await ana.hears('own streamDestroyed unpublish', 'own streamDestroyed unpublish', 'own streamDestroyed unpublish');
  });

  it('send one kind alone, and see themselves as the server has them', async () => {
    const [ana, ben] = [await enter('Ana'), await enter('Ben')];
    expect(await ana.publish({ videoSource: false })).to.match(/^str_MIC_/);
    await ben.publish({ audioSource: false });
    expect((await ben.receives('Ana', { video: false })).tracks).to.equal('audio');
    expect((await ana.receives('Ben', { audio: false })).tracks).to.equal('video');
    await session.fetch();
    const [first, second] = session.activeConnections.map(({ publishers: [stream] }) => stream);
    expect(first).to.deep.include({ hasAudio: true, hasVideo: false });
    expect(second).to.deep.include({ hasAudio: false, hasVideo: true });
    await ana.run('session.unpublish(publisher)');
    await ana.publish({}, true);
    await ana.receives('Ana');
  });

  it('show a screen beside the camera, as a second connection of one page', async () => {
    const [ana, ben] = await both();
    const { token } = await session.createConnection();
    const screen = await pageOf('Ana').enter('Screen', token, { seat: 'screen', subscribes: false });
    expect(await screen.publish({ videoSource: 'screen', audioSource: false })).to.match(/^str_SCR_/);
    await ben.hears('connectionCreated Screen', 'streamCreated Screen str_SCR');
    await Promise.all([ben.receives('Screen', { audio: false }), ben.receives('Ana'), ana.receives('Ben')]);
    expect((await ben.streams()).toSorted()).to.deep.equal(['Ana', 'Screen']);
  });

  it('moderate: what a moderator may, a publisher may not, and a subscriber may only receive', async () => {
    const [ana, ben] = await both(OpenViduRole.MODERATOR);
    const cleo = await enter('Cleo', OpenViduRole.SUBSCRIBER);
    await Promise.all([cleo.receives('Ana'), cleo.receives('Ben')]);
    const denied = /^OPENVIDU_PERMISSION_DENIED/;
    expect(await cleo.refusal(`openvidu.publish('Cleo')`)).to.match(denied);
    expect(await ben.refusal(`session.forceUnpublish(stream('Ana'))`)).to.match(denied);
    expect(await ben.refusal(`session.forceDisconnect(stream('Ana').connection)`)).to.match(denied);
    await cleo.forgets();
    await ana.hears('connectionCreated Cleo');
    await ben.hears('connectionCreated Cleo');

    await ana.run(`session.forceUnpublish(stream('Ben'))`);
    await ben.hears('own streamDestroyed forceUnpublishByUser');
    for (const each of [ana, cleo]) await each.hears('streamDestroyed Ben str_CAM forceUnpublishByUser');
    await ben.publish();
    await cleo.receives('Ben');
    for (const each of [ana, cleo]) await each.hears('streamCreated Ben str_CAM');
    await ana.run(`session.forceDisconnect(stream('Ben').connection)`);
    await ben.hears('own streamDestroyed forceDisconnectByUser', 'sessionDisconnected forceDisconnectByUser');
    for (const each of [ana, cleo]) {
      await each.hears(
        ...['streamDestroyed Ben str_CAM forceDisconnectByUser', 'connectionDestroyed Ben forceDisconnectByUser'],
      );
    }
    // The library writes refusals down.
    for (const name of ['Ben', 'Cleo'] as const) await pageOf(name).forgetErrors();
  });

  it('are moderated by the back end, which then agrees with them', async () => {
    const [ana, ben] = await both();
    const cleo = await enter('Cleo');
    await cleo.publish();
    await ana.receives('Cleo');
    await ana.forgets();
    await ben.forgets();
    await session.fetch();
    const [, ofBen] = session.activeConnections;
    const [stream] = ofBen?.publishers ?? [];
    if (!ofBen || !stream) expect.fail('Ben publishes');
    await session.forceUnpublish(stream);
    await ben.hears('own streamDestroyed forceUnpublishByServer');
    await ana.hears('streamDestroyed Ben str_CAM forceUnpublishByServer');
    await session.forceDisconnect(ofBen);
    await ben.hears('sessionDisconnected forceDisconnectByServer');
    await ana.hears('connectionDestroyed Ben forceDisconnectByServer');
    expect(await session.fetch(), 'the client did the same to its own picture').to.equal(false);
    expect(session.activeConnections.map(({ connectionId }) => connectionId)).to.deep.equal([ana.id, cleo.id]);
    await session.updateConnection(ana.id, { role: OpenViduRole.MODERATOR, record: false });
    await until('Ana is told of two', async () => (await ana.told()).length === 2);
    expect((await ana.forgets()).toSorted()).to.deep.equal([
      'connectionPropertyChanged record true false',
      'connectionPropertyChanged role PUBLISHER MODERATOR',
    ]);
    await ana.run(`session.forceUnpublish(stream('Cleo'))`);
    await ana.hears('streamDestroyed Cleo str_CAM forceUnpublishByUser');
    await session.close();
    await ana.hears('own streamDestroyed sessionClosedByServer', 'sessionDisconnected sessionClosedByServer');
    expect(await session.fetch().catch(String)).to.equal('Error: 404');
  });

  it('go on when a media connection breaks: the others see it go on without being told', async () => {
    const [ana, ben] = await both();
    await ana.run('stream("Ana").getRTCPeerConnection().close()');
    await ana.run('publisher.stream.reconnect()');
    await ben.receives('Ana');
    await ben.run('stream("Ana").reconnect()');
    await ben.receives('Ana');
    await Promise.all([ana.hears(), ben.hears()]);
    // The endpoint is the new one from now on: again, and for one who comes now.
    await ana.run('publisher.stream.reconnect()');
    const cleo = await enter('Cleo');
    await Promise.all([cleo.receives('Ana'), ben.receives('Ana')]);
  });

  describe('whose socket is cut', () => {
    let proxy: Proxy;
    before(async () => {
      proxy = await Proxy.to(Number(new URL(server().url).port));
    });
    after(() => {
      proxy.close();
    });

    /** Ana comes over the proxy. */
    async function over(): Promise<[Seat, Seat]> {
      const { token } = await session.createConnection();
      const ana = await pageOf('Ana').enter('Ana', token.replace(/:\d+\?/, `:${proxy.port}?`));
      const ben = await enter('Ben');
      await ana.publish();
      await ben.publish();
      await Promise.all([ana.receives('Ben'), ben.receives('Ana')]);
      await ana.forgets();
      await ben.forgets();
      return [ana, ben];
    }

    it('are resumed within the grace, and have missed nothing', async () => {
      const [ana, ben] = await over();
      proxy.cut();
      await ana.hears('reconnecting');
      await ben.run(`session.signal({ type: 'chat', data: 'are you there?' })`);
      proxy.mend();
      await until('Ana is back', async () => (await ana.told()).length === 3);
      expect((await ana.forgets()).toSorted()).to.deep.equal([
        'reconnected',
        ...['signal chat are you there? from Ben', 'signal:chat chat are you there? from Ben'],
      ]);
      await Promise.all([ana.receives('Ben'), ben.receives('Ana')]);
      await ben.hears(...['signal chat are you there? from Ben', 'signal:chat chat are you there? from Ben']);
      await ana.run(`session.signal({ data: 'yes' })`);
      await ben.hears('signal signal yes from Ana');
      await pageOf('Ana').forgetErrors();
    });

    it('are gone after it, and learn that when they come back', async () => {
      const [ana, ben] = await over();
      proxy.cut();
      await ana.hears('reconnecting');
      await ben.hears('streamDestroyed Ana str_CAM networkDisconnect', 'connectionDestroyed Ana networkDisconnect');
      proxy.mend();
      await ana.hears('own streamDestroyed networkDisconnect', 'sessionDisconnected networkDisconnect');
      await pageOf('Ana').forgetErrors();
    });
  });

  it('are recorded, one file for each stream, and told so', async () => {
    const [ana] = await both();
    const individual = { outputMode: Recording.OutputMode.INDIVIDUAL, name: 'lesson' };
    const recording = await backEnd.startRecording(session.sessionId, individual);
    expect(recording).to.deep.include({ sessionId: session.sessionId, status: 'started' });
    await ana.hears('recordingStarted');
    const cleo = await enter('Cleo');
    await cleo.receives('Ana');
    expect(await cleo.told(), 'one who comes then knows').to.include('recordingStarted');
    await ana.hears('connectionCreated Cleo');
    const { status, url, size } = await backEnd.stopRecording(recording.id);
    expect({ status, hasSize: size > 0 }).to.deep.equal({ status: 'ready', hasSize: true });
    await ana.hears('recordingStopped recordingStoppedByServer');
    const zip = await fetch(url, { headers: { authorization: backEnd.basicAuth } });
    const names = Buffer.from(await zip.arrayBuffer()).toString('latin1');
    expect(names)
      .to.include(`${(await cleo.received('Ana'))?.streamId}.webm`)
      .and.include('lesson.json');
    expect((await backEnd.listRecordings()).map(({ id }) => id)).to.include(recording.id);
    await backEnd.deleteRecording(recording.id);
    expect(await backEnd.listRecordings()).to.deep.equal([]);
  });

  it('are refused with a token that is used up, deleted, or of another session', async () => {
    const used = await session.createConnection();
    const deleted = await session.createConnection();
    const other = await backEnd.createSession();
    const elsewhere = await other.createConnection();
    await pageOf('Ana').enter('Ana', used.token);
    await session.forceDisconnect(deleted);
    const wrong = elsewhere.token.replace(other.sessionId, session.sessionId);
    for (const token of [used.token, deleted.token, wrong]) {
      const said = `401 Unable to join session ${session.sessionId}. Token ${token} is not valid`;
      expect(await pageOf('Ben').refused('Ben', token)).to.equal(said);
    }
    await pageOf('Ben').enter('Ben', elsewhere.token);
    await pageOf('Ben').leaveAll();
    await pageOf('Ben').forgetErrors();
  });
});
