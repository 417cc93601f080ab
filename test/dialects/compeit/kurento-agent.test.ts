import { expect } from 'chai';
import { MediaError } from '../../../media/errors.js';
import { until } from '../../support/until.js';
import { offer, useCast } from './cast.js';
import { RecordingLog } from '../../support/recording-log.js';
import { ServiceStage } from '../../support/service-stage.js';
import { Page, transports } from './page.js';

const candidate = { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 };
const said = (event: string, data: object) => ({ type: 'kurento', event, data });

describe('COMPEIT §4 a connection for media that fails', () => {
  it('is one line of the log, with what was tried', async () => {
    const log = new RecordingLog();
    const stage = new ServiceStage({}, { log });
    await stage.start();
    const page = await Page.connect(stage.origin, 'websocket', 'name=A');
    await page.join(17);
    page.kurento('send_start', { offerSdp: offer });
    await page.take('server_message', 'send_started');
    const own = ['candidate:1 1 UDP 1 192.0.2.1 4001 typ host'];
    const remote = ['candidate:1 1 udp 1 198.51.100.7 4002 typ srflx'];
    for (const { listener } of stage.media.endpoints) listener.connectionFailed?.({ own, remote });
    page.cut();
    await stage.stop();
    const lines = log.lines.filter(({ message }) => message === 'a media connection failed');
    expect(lines).to.have.lengthOf(1);
    const told = { address: '127.0.0.1', sender: page.id, pairs: 'srflx-host udp failed' };
    expect(lines[0]?.fields).to.deep.include(told).and.to.include.keys('room', 'participant');
  });
});

describe('COMPEIT §4 the Kurento agent', () => {
  const { stage, join, sending, receiving } = useCast({ compeit: { earlyReceiveMs: 300, streamLostAfterMs: 50 } });

  const refusal = async (page: Page): Promise<object> => {
    const { type, data } = (await page.take('server_message', 'error')) as { type: string; data: { code: string } };
    expect(type).to.equal('kurento');
    return data;
  };

  for (const transport of transports) {
    it(`plays the published conversation over ${transport}`, async () => {
      const a = await join('A', 17, transport);
      const b = await join('B', 17, transport);
      a.kurento('send_start', { offerSdp: offer });
      a.emit('user_message', { to: String(b.id), type: 'kurento', data: { event: 'mediaOffer', width: 160 } });
      expect(await b.take('user_message')).to.deep.equal({
        type: 'kurento',
        data: { event: 'mediaOffer', width: 160 },
        from: a.id,
      });
      expect(await a.take('server_message')).to.deep.equal(
        said('send_started', { sdp_answer: `v=0 answer to ${offer}` }),
      );
      const [sent] = stage.media.endpoints;
      a.kurento('on_ice_candidate', { candidate: { ...candidate, usernameFragment: 'x' } });
      await until('the candidate is there', () => sent?.candidates.length === 1);
      expect(sent?.candidates).to.deep.equal([candidate]);
      sent?.listener.candidateFound(candidate);
      expect(await a.take('server_message')).to.deep.equal(said('on_ice_candidate', { candidate }));
      sent?.listener.connectionChanged?.(true);
      expect(await a.take('server_message')).to.deep.equal(said('media_session_started', {}));

      b.kurento('receive_start', { offerSdp: offer, sender: String(a.id) });
      const sender = a.id;
      expect(await b.take('server_message')).to.deep.equal(
        said('receive_started', { sdp_answer: `v=0 answer to ${offer}`, sender }),
      );
      const received = [...stage.media.endpoints].at(-1);
      b.kurento('on_ice_candidate', { candidate, sender });
      await until('the candidate is there', () => received?.candidates.length === 1);
      received?.listener.candidateFound(candidate);
      expect(await b.take('server_message')).to.deep.equal(said('on_ice_candidate', { candidate, sender }));
      received?.listener.connectionChanged?.(true);
      expect(await b.take('server_message')).to.deep.equal(said('media_session_started', { sender }));
      a.kurento('send_stop');
      expect(await b.take('server_message')).to.deep.equal({ type: 'kurento', event: 'sender_stopped', sender });
      expect(await a.take('server_message')).to.deep.equal(said('send_stopped', {}));
      expect(stage.media.endpoints.size).to.equal(0);
    });
  }

  it('keeps candidates that come before their offer', async () => {
    const a = await join('A');
    const b = await join('B');
    for (let index = 0; index < 70; index += 1) a.kurento('on_ice_candidate', { candidate });
    await sending(a);
    expect([...stage.media.endpoints][0]?.candidates).to.have.lengthOf(64);
    b.kurento('on_ice_candidate', { candidate, sender: a.id });
    await receiving(b, a.id);
    expect([...stage.media.endpoints][1]?.candidates).to.deep.equal([candidate]);
    for (const wrong of [
      undefined,
      null,
      'x',
      {},
      { candidate: '' },
      { candidate: 'x' },
      { candidate: 5, sdpMid: '0' },
    ]) {
      b.kurento('on_ice_candidate', { candidate: wrong, sender: a.id });
      b.kurento('on_ice_candidate', { candidate, sender: 9999 });
    }
    expect((await b.rest()).filter(({ name }) => name === 'server_message')).to.deep.equal([]);
    expect([...stage.media.endpoints][1]?.candidates).to.deep.equal([candidate]);
  });

  it('leaves the mid of a candidate open that has none', async () => {
    const a = await join('A');
    await sending(a);
    a.kurento('on_ice_candidate', { candidate: { candidate: 'candidate:1', sdpMLineIndex: 1 } });
    await a.rest();
    const expected = { candidate: 'candidate:1', sdpMid: '', sdpMLineIndex: 1 };
    expect([...stage.media.endpoints][0]?.candidates).to.deep.equal([expected]);
  });

  it('takes the section of a candidate as a number or as its text', async () => {
    const a = await join('A');
    await sending(a);
    a.kurento('on_ice_candidate', { candidate: { candidate: 'candidate:1', sdpMid: 0, sdpMLineIndex: '0' } });
    await a.rest();
    expect([...stage.media.endpoints][0]?.candidates).to.deep.equal([candidate]);
  });

  it('sends candidates after the answer', async () => {
    const a = await join('A');
    const answer = stage.media.holdNext('answer');
    a.kurento('send_start', { offerSdp: offer });
    await answer.reached;
    [...stage.media.endpoints][0]?.listener.candidateFound(candidate);
    answer.open();
    expect(await a.take('server_message')).to.include({ event: 'send_started' });
    expect(await a.take('server_message')).to.include({ event: 'on_ice_candidate' });
  });

  it('lets an early receive_start wait for its sender, and refuses it after a time or when the sender leaves', async () => {
    const a = await join('A');
    const b = await join('B');
    b.kurento('receive_start', { offerSdp: 'v=0 first', sender: a.id });
    b.kurento('receive_start', { offerSdp: 'v=0 second', sender: a.id });
    b.kurento('on_ice_candidate', { candidate, sender: a.id });
    await b.rest();
    await sending(a);
    expect(await b.take('server_message')).to.deep.equal(
      said('receive_started', { sdp_answer: 'v=0 answer to v=0 second', sender: a.id }),
    );
    expect([...stage.media.endpoints][1]?.candidates).to.deep.equal([candidate]);
    a.kurento('receive_start', { offerSdp: offer, sender: b.id });
    expect(await refusal(a)).to.include({ code: 'not_sending', sender: b.id, request: 'receive_start' });
    a.kurento('receive_start', { offerSdp: offer, sender: b.id });
    await a.rest();
    b.cut();
    expect(await refusal(a)).to.include({ code: 'not_sending', sender: b.id });
  });

  it('replaces a stream that is started again, for senders and receivers', async () => {
    const a = await join('A');
    const b = await join('B');
    await sending(a);
    await receiving(b, a.id);
    await receiving(b, a.id);
    expect(stage.media.endpoints.size).to.equal(2);
    await sending(a);
    expect(await b.take('server_message')).to.deep.equal({ type: 'kurento', event: 'sender_stopped', sender: a.id });
    expect(stage.media.endpoints.size).to.equal(1);
    a.kurento('send_start', { offerSdp: 'v=0 x' });
    a.kurento('send_start', { offerSdp: 'v=0 y' });
    expect(await a.take('server_message'))
      .to.include({ event: 'send_started' })
      .and.nested.include({
        'data.sdp_answer': 'v=0 answer to v=0 y',
      });
    expect(await a.rest(), 'the one that was replaced is not answered').to.deep.equal([]);
  });

  it('stops one reception, or all if the client names none, and never the sender', async () => {
    const a = await join('A');
    const b = await join('B');
    const c = await join('C');
    await sending(a);
    await sending(b);
    await receiving(c, a.id);
    await receiving(c, b.id);
    c.kurento('receive_stop', { sender: a.id });
    expect(await c.take('server_message')).to.deep.equal(said('receive_stopped', { sender: a.id }));
    await receiving(c, a.id);
    c.kurento('receive_stop');
    const stopped = [await c.take('server_message'), await c.take('server_message')];
    expect(stopped).to.have.deep.members([a, b].map((page) => said('receive_stopped', { sender: page.id })));
    expect(stage.media.endpoints.size).to.equal(2);
    c.kurento('receive_stop', { sender: a.id });
    expect(await refusal(c)).to.include({ code: 'not_receiving', sender: a.id });
    c.kurento('send_stop');
    expect(await c.take('server_message')).to.deep.equal(said('send_stopped', {}));
  });

  it('tells receivers that the sender stopped before it tells them that the sender left', async () => {
    const a = await join('A');
    const b = await join('B');
    const c = await join('C');
    await sending(a);
    await receiving(b, a.id);
    await a.join('elsewhere');
    const news = (await b.rest()).map(({ name, args: [argument] }) => (argument as { event?: string }).event ?? name);
    expect(news.slice(-2)).to.deep.equal(['sender_stopped', 'user_left']);
    const ofC = (await c.rest()).map(({ name }) => name);
    expect(ofC, 'a user that does not receive the stream is told nothing of it').to.not.include('sender_stopped');
    expect(stage.media.endpoints.size).to.equal(0);
  });

  it('drops a reception whose connection is lost, and keeps one that comes back in time', async () => {
    const a = await join('A');
    const b = await join('B');
    await sending(a);
    await receiving(b, a.id);
    const [, received] = stage.media.endpoints;
    received?.listener.connectionChanged?.(true);
    received?.listener.connectionChanged?.(false);
    received?.listener.connectionChanged?.(true);
    expect(await b.take('server_message')).to.deep.equal(said('media_session_started', { sender: a.id }));
    received?.listener.connectionChanged?.(false);
    expect(await b.take('server_message')).to.deep.equal(said('media_session_terminated', { sender: a.id }));
    expect(stage.media.endpoints.size).to.equal(1);
  });

  it('refuses impossible requests, and leaves nothing behind', async () => {
    const a = await join('A');
    const b = await join('B');
    const eve = await join('Eve', 'elsewhere');
    await sending(b);
    const wrong: [object, string][] = [
      [{ event: 'send_start' }, 'bad_request'],
      [{ event: 'send_start', offerSdp: 'garbage' }, 'bad_sdp'],
      [{ event: 'receive_start', offerSdp: 'garbage', sender: b.id }, 'bad_sdp'],
      [{ event: 'receive_start', offerSdp: offer }, 'bad_request'],
      [{ event: 'receive_start', offerSdp: offer, sender: eve.id }, 'no_such_user'],
      [{ event: 'receive_start', offerSdp: offer, sender: a.id }, 'bad_request'],
      [{ event: 'no_such_thing' }, 'bad_request'],
      [[], 'bad_request'],
    ];
    for (const [data, code] of wrong) {
      a.emit('server_message', { type: 'kurento', data });
      expect(await refusal(a), JSON.stringify(data)).to.include({ code });
    }
    stage.media.failNext('connect');
    a.kurento('receive_start', { offerSdp: offer, sender: b.id });
    expect(await refusal(a)).to.include({ code: 'media_error', sender: b.id });
    expect(stage.media.endpoints.size).to.equal(1);
    a.emit('leave_room');
    a.kurento('send_start', { offerSdp: offer });
    expect(await refusal(a)).to.include({ code: 'not_in_room' });
  });

  it('mutes the sound of a user, and tells the pages', async () => {
    const a = await join('A');
    const b = await join('B');
    await sending(a);
    await receiving(b, a.id);
    const [sent, received] = stage.media.endpoints;
    const flows = () => [...(received && sent?.flows.get(received) ? (sent.flows.get(received) ?? []) : [])].sort();
    expect(flows()).to.deep.equal(['audio', 'video']);
    a.emit('room_message', { type: 'kurento', data: { event: 'mute' } });
    expect(await b.take('room_message')).to.nested.include({ 'data.event': 'mute' });
    await until('no sound', () => flows().join() === 'video');
    a.emit('room_message', { type: 'kurento', data: { event: 'unmute' } });
    await until('sound', () => flows().join() === 'audio,video');
  });

  it('tells a receiver alone when the media server has lost what it receives, and it may receive again', async () => {
    const a = await join('A');
    const b = await join('B');
    await sending(a);
    await receiving(b, a.id);
    const [, received] = stage.media.endpoints;
    received?.listener.mediaLost(new MediaError('object-gone', 'somebody else released it'));
    expect(await b.take('server_message', 'media_session_terminated')).to.deep.equal(
      said('media_session_terminated', { sender: a.id }),
    );
    await receiving(b, a.id);
    expect(stage.media.endpoints.size).to.equal(2);
  });

  it('tells the sender and its receivers that the stream ended when the media server is lost', async () => {
    const a = await join('A');
    const b = await join('B');
    await sending(a);
    await receiving(b, a.id);
    const [pipeline] = stage.media.pipelines;
    const failure = new MediaError('object-gone', 'gone');
    pipeline?.listener.mediaLost(failure);
    pipeline?.release();
    expect(await a.take('server_message', 'media_session_terminated')).to.deep.equal(
      said('media_session_terminated', {}),
    );
    expect(await b.take('server_message', 'sender_stopped')).to.include({ sender: a.id });
    await sending(a);
  });
});
