import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { EasyRtcHooks } from '../../../dialects/easyrtc/hooks.js';
import { EasyRtcStage } from './stage.js';
import { codeOf } from './test-client.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

describe('EasyRTC §12 hooks of an embedding program', () => {
  const hooks: Writable<EasyRtcHooks> = {};
  const stage = EasyRtcStage.use({ easyrtc: { hookTimeoutMs: 100 } }, hooks);
  const login = { msgType: 'authenticate', msgData: { apiVersion: '1', username: 'Ana', credential: { ticket: 'x' } } };
  afterEach(() => {
    for (const name of Object.keys(hooks)) Reflect.deleteProperty(hooks, name);
  });

  it('authenticate gets the client and its credential, and may refuse', async () => {
    hooks.authenticate = async ({ username, application }, credential) => {
      await Promise.resolve();
      return username === 'Ana' && application === 'default' && credential?.ticket === 'y';
    };
    const ana = await stage.connect();
    expect(await ana.refusal('easyrtcAuth', login)).to.equal('LOGIN_BAD_AUTH');
    await ana.closed;
    await stage.enter({ username: 'Ana', credential: { ticket: 'y' } });
  });

  it('a hook that takes too long or fails is LOGIN_GEN_FAIL, and leaves nothing', async () => {
    const ben = await stage.connect();
    hooks.authenticate = () => new Promise(() => undefined);
    expect(await ben.refusal('easyrtcAuth', login)).to.equal('LOGIN_GEN_FAIL');
    await ben.closed;
    expect(stage.rooms.names).to.deep.equal([]);
  });

  it('requests that arrive during a hook wait, and are done in order', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    hooks.authenticate = () => opened.then(() => true);
    const ana = await stage.connect();
    const answers = [ana.ask('easyrtcAuth', login), ana.command('getRoomList')];
    open();
    expect((await Promise.all(answers)).map(codeOf)).to.deep.equal(['token', 'roomList']);
  });

  it('a client that disconnects during a hook leaves nothing', async () => {
    let asked = (): void => undefined;
    const reached = new Promise<void>((resolve) => (asked = resolve));
    let open = (): void => undefined;
    hooks.iceServers = () => {
      asked();
      return new Promise((resolve) => {
        open = () => {
          resolve([]);
        };
      });
    };
    const ana = await stage.connect();
    ana.socket.emit('easyrtcAuth', login, () => undefined);
    await reached;
    await stage.clear();
    open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(stage.remains).to.deep.equal({ rooms: 0, clients: 0, applications: 0 });
  });

  it('joinRoom gets the parameter and whether the room is new, and may refuse', async () => {
    const asked: unknown[] = [];
    hooks.joinRoom = (_visitor, room) => {
      asked.push(room);
      return room.name !== 'vault';
    };
    const ana = await stage.enter();
    const roomJoin = { vault: { roomName: 'vault', roomParameter: { pin: '1' } } };
    expect(codeOf(await ana.command('roomJoin', { roomJoin }))).to.equal('MSG_REJECT_BAD_ROOM');
    expect(asked).to.deep.equal([
      { name: 'default', parameter: undefined, isNew: false },
      { name: 'vault', parameter: { pin: '1' }, isNew: true },
    ]);
    const ben = await stage.connect();
    const other = { msgType: 'authenticate', msgData: { apiVersion: '1', roomJoin } };
    expect(await ben.refusal('easyrtcAuth', other)).to.equal('LOGIN_GEN_FAIL');
  });

  it('message answers messages to the server; iceServers answers getIceConfig, or MSG_REJECT_GEN_FAIL', async () => {
    hooks.message = (_visitor, type, data) => ({ msgType: `${type}!`, msgData: data });
    const ana = await stage.enter();
    expect(await ana.ask('easyrtcMsg', { msgType: 'hey', msgData: 1 })).to.deep.include({
      msgType: 'hey!',
      msgData: 1,
    });
    hooks.iceServers = () => [{ urls: ['stun:a'] }];
    expect((await ana.command('getIceConfig')).msgData?.iceConfig?.iceServers).to.deep.equal([
      { url: 'stun:a', urls: ['stun:a'] },
    ]);
    hooks.iceServers = () => new Promise(() => undefined);
    expect(codeOf(await ana.command('getIceConfig'))).to.equal('MSG_REJECT_GEN_FAIL');
  });
});

describe('EasyRTC §7 messages of the server itself', () => {
  const stage = EasyRtcStage.use();

  it('forwardToUrl, iceConfig, fields of rooms and sessions, messages without a sender', async () => {
    const ana = await stage.enter({ easyrtcsid: 's1' });
    const { control } = stage.gateway;
    control.forwardToUrl(ana.id, 'https://elsewhere.example/', { newWindow: true });
    const url = { url: 'https://elsewhere.example/' };
    expect((await ana.pushed('forwardToUrl')).msgData).to.deep.equal({ forwardToUrl: url, newWindow: true });
    await control.renewIceConfig(ana.id);
    expect((await ana.pushed('iceConfig')).msgData).to.deep.equal({ iceConfig: { iceServers: [] } });
    const field = { colour: { fieldName: 'colour', fieldValue: 'red' } };
    control.setRoomFields('default', 'default', { colour: 'red' });
    expect((await ana.pushed('roomData')).msgData?.roomData?.default).to.deep.include({ roomStatus: 'update', field });
    control.setSessionFields('default', 's1', { colour: 'red' });
    const sessionData = { easyrtcsid: 's1', sessionStatus: 'update', field };
    expect((await ana.pushed('sessionData')).msgData).to.deep.equal({ sessionData });
    const ben = await stage.enter({ easyrtcsid: 's1' });
    expect(ben.token.msgData?.sessionData).to.deep.equal({ easyrtcsid: 's1', field });
    const cara = await stage.enter({ applicationName: 'x', easyrtcsid: 's%3Aabc' });
    const dora = await stage.enter({ applicationName: 'x', easyrtcsid: 's%3aabc' });
    control.setSessionFields('x', 's%3Aabc', { colour: 'red' });
    expect(
      (await cara.pushed('sessionData')).msgData?.sessionData?.easyrtcsid,
      'in the form the client sent it',
    ).to.equal('s%3Aabc');
    expect((await dora.pushed('sessionData')).msgData?.sessionData?.easyrtcsid, 'the same one').to.equal('s%3aabc');
    control.say(ana.id, 'picture', { bytes: Buffer.from('abc') });
    expect(String((await ana.pushed('picture')).msgData?.bytes)).to.equal('abc');
    control.say(ana.id, 'news', 1);
    expect(await ana.pushed('news')).to.not.have.property('senderEasyrtcid');
  });
});

describe('EasyRTC §2 files', () => {
  let folder = '';
  let stage: EasyRtcStage;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'easyrtc-'));
    await writeFile(join(folder, 'easyrtc.js'), 'script');
    await symlink('/etc/hostname', join(folder, 'link.js'));
    stage = new EasyRtcStage({ easyrtc: { files: folder } });
    await stage.start();
  });
  after(async () => {
    await stage.stop();
    await rm(folder, { recursive: true });
  });

  it('of the folder are served below /easyrtc, and no others', async () => {
    const found = await fetch(`${stage.url}/easyrtc/easyrtc.js?v=1`);
    expect(found.headers.get('content-type')).to.match(/javascript/);
    expect(await found.text()).to.equal('script');
    for (const path of ['', '/', '/none.js', '/link.js', '/..%2f..%2fetc/hostname', '/%', '/%00']) {
      expect((await fetch(`${stage.url}/easyrtc${path}`)).status, path).to.equal(404);
    }
    expect((await fetch(`${stage.url}/easyrtc/easyrtc.js`, { method: 'POST' })).status).to.equal(405);
  });
});
