import { expect } from 'chai';
import type { RoomEvent, RoomsRecord } from '../../../rooms/index.js';
import { MediaError } from '../../../media/errors.js';
import { Gateway, GivenOwner, nodeAt, passing } from '../../support/gateway.js';
import { configOf } from '../../../src/config.js';
import { until } from '../../support/until.js';
import { WhipStage, offerOf, tokenOf } from './whip-stage.js';

const fragmentType = 'application/trickle-ice-sdpfrag';

/** As RFC 9725 §4.3.3 has it: credentials and candidates in the first section of those that share a transport. */
function fragmentOf(ufrag: string, candidate = 'candidate:7 1 UDP 1 198.51.100.7 9 typ host'): string {
  return [
    'a=ice-options:trickle ice2',
    'a=group:BUNDLE 0 1',
    'm=audio 9 UDP/TLS/RTP/SAVPF 96',
    'a=mid:0',
    `a=ice-ufrag:${ufrag}`,
    'a=ice-pwd:another/password/0123456',
    `a=${candidate}`,
    '',
  ].join('\r\n');
}

const next = 'candidate:2 1 UDP 1 192.0.2.2 9 typ host';

interface Restarted {
  readonly status: number;
  readonly etag: string;
  readonly type: string | null;
  readonly body: string;
}

/** Restarts ICE, and lets the media server find a candidate. */
async function restart(
  stage: WhipStage,
  path: string,
  body: string,
  wanted = '"*"',
  origin = stage.origin,
): Promise<Restarted> {
  const { endpoint } = stage;
  const before = endpoint.restarts;
  const headers = { 'Content-Type': fragmentType, 'If-Match': wanted };
  let hasAnswered = false;
  const asked = fetch(`${origin}${path}`, { method: 'PATCH', body, headers }).finally(() => (hasAnswered = true));
  await until('the media server is asked, or nobody', () => hasAnswered || endpoint.restarts > before);
  endpoint.listener.candidateFound({ candidate: next, sdpMid: '0', sdpMLineIndex: 0 });
  endpoint.listener.candidatesDone?.();
  const {
    status,
    headers: told,
    text,
  } = await asked.then(async (answer) => ({
    ...{ status: answer.status, headers: answer.headers, text: await answer.text() },
  }));
  return { status, etag: told.get('etag') ?? '', type: told.get('content-type'), body: text };
}

describe('a client of WHIP or WHEP that has another network', () => {
  const stage = new WhipStage({ whip: { gatherMs: 20_000 } });
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(async () => {
    for (const participant of stage.participants) participant.leave();
    await stage.empty();
    expect(stage.defects.splice(0)).to.deep.equal([]);
  });

  async function begin(path = '/whip/r'): Promise<{ readonly path: string; readonly etag: string }> {
    const { headers } = await stage.begin(path, { token: tokenOf('obs') });
    return { path: headers.get('location') ?? '', etag: headers.get('etag') ?? '' };
  }

  const patch = async (path: string, etag: string, body: string): Promise<number> =>
    (await stage.ask(path, { method: 'PATCH', body, headers: { 'Content-Type': fragmentType, 'If-Match': etag } }))
      .status;

  it('restarts ICE, and nobody in the room is told', async () => {
    const told: RoomEvent['type'][] = [];
    await stage.watch(({ type }) => told.push(type));
    const { path, etag } = await begin();
    told.splice(0);
    const first = await restart(stage, path, fragmentOf('another'));
    expect(first).to.include({ status: 200, type: fragmentType });
    expect(first.etag)
      .to.match(/^"[\w-]{22}"$/)
      .and.not.equal(etag);
    const lines = first.body.split('\r\n');
    expect(lines.filter((line) => !/^m=|^a=(group|mid|ice-|candidate|end-of)/.test(line)).join('')).to.equal('');
    expect(lines).to.include.members(['m=audio 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:0', 'a=mid:1', `a=${next}`]);
    expect(lines).to.include('a=end-of-candidates').and.not.include('a=candidate:1 1 UDP 1 192.0.2.1 9 typ host');
    // What the media server got is what it answers here.
    expect(lines).to.include('a=ice-ufrag:another').and.not.include('a=ice-ufrag:theirs');
    expect(lines).to.include('a=candidate:7 1 UDP 1 198.51.100.7 9 typ host');

    const later = fragmentOf('another', 'candidate:8 1 UDP 1 198.51.100.8 9 typ host');
    expect(await patch(path, etag, later), 'the former ICE session').to.equal(412);
    expect(await patch(path, first.etag, later)).to.equal(204);
    expect(stage.endpoint.candidates.map(({ candidate }) => candidate)).to.deep.equal([
      'candidate:8 1 UDP 1 198.51.100.8 9 typ host',
    ]);
    const second = await restart(stage, path, fragmentOf('third'), first.etag);
    expect([second.status, stage.endpoint.restarts]).to.deep.equal([200, 2]);
    expect(second.body).to.not.include('198.51.100.8');
    expect(told).to.deep.equal([]);
  });

  it('receives on over the other path', async () => {
    const watcher = await stage.watch();
    (await watcher.publish('v=0\r\nm=audio 9 x 1\r\n', {})).announce();
    const { path } = await begin('/whep/r/watcher');
    const { status, body } = await restart(stage, path, fragmentOf('another'));
    expect([status, stage.endpoint.restarts]).to.deep.equal([200, 1]);
    expect(body).to.include('a=ice-ufrag:another');
  });

  it('may ask twice at a time, and is answered one after the other', async () => {
    const { path } = await begin();
    const { endpoint } = stage;
    const headers = { 'Content-Type': fragmentType, 'If-Match': '*' };
    const answers: Response[] = [];
    for (const ufrag of ['second', 'third']) {
      void stage
        .ask(path, { method: 'PATCH', body: fragmentOf(ufrag), headers })
        .then((answer) => answers.push(answer));
    }
    await until('both are answered', () => {
      endpoint.listener.candidatesDone?.();
      return answers.length === 2;
    });
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
    expect(new Set(answers.map((answer) => answer.headers.get('etag'))).size).to.equal(2);
    expect(endpoint.restarts).to.equal(2);
  });

  it('goes on as it was where the media server cannot do it, or the fragment has no credentials', async () => {
    const { path, etag } = await begin();
    const refused = async (): Promise<void> => {
      const { status, body } = await restart(stage, path, fragmentOf('another'));
      expect([status, body]).to.deep.equal([422, 'ICE cannot be restarted here: make a new session\n']);
    };
    stage.media.failNext('restart', new MediaError('offer-refused', 'No'));
    await refused();
    stage.media.abilities = { ...stage.media.abilities, iceRestart: false };
    await refused();
    stage.media.abilities = { ...stage.media.abilities, iceRestart: true };
    for (const body of [
      fragmentOf('another').replace(/a=ice-pwd.*\r\n/, ''),
      fragmentOf('an'),
      fragmentOf('another').replace('another/password', 'short'),
      'a=end-of-candidates\r\n',
    ]) {
      expect(await patch(path, '*', body), body).to.equal(400);
    }
    expect(await patch(path, etag, fragmentOf('theirs'))).to.equal(204);
    expect(stage.endpoint.restarts).to.equal(0);
  });

  it('hears that its session has ended meanwhile', async () => {
    const { path } = await begin();
    const headers = { 'Content-Type': fragmentType, 'If-Match': '*' };
    const { endpoint } = stage;
    const asked = stage.ask(path, { method: 'PATCH', body: fragmentOf('another'), headers });
    await until('it waits for candidates', () => endpoint.restarts === 1);
    expect((await stage.ask(path, { method: 'DELETE' })).status).to.equal(200);
    expect((await asked).status).to.equal(409);
  });
});

describe('a restart of ICE', () => {
  it('works after a restart of the server', async () => {
    const former = new WhipStage({ whip: { gatherMs: 1 } });
    await former.start();
    const answer = await former.ask('/whip/r', { body: offerOf('sendonly') });
    const path = answer.headers.get('location') ?? '';
    const once = await restart(former, path, fragmentOf('second'));
    expect(once.status).to.equal(200);
    let record: RoomsRecord | undefined;
    await former.service.handOver((given) => {
      record = given;
    });
    await former.stop();
    const following = new WhipStage({}, { former: record }, former.media);
    await following.start();
    try {
      expect((await restart(following, path, fragmentOf('third'), answer.headers.get('etag') ?? '')).status).to.equal(
        412,
      );
      const again = await restart(following, path, fragmentOf('third'), once.etag);
      expect(again.status, again.body).to.equal(200);
      expect(again.body).to.include('a=ice-ufrag:third').and.include(`a=${next}`);
    } finally {
      for (const participant of following.participants) participant.leave();
      await following.stop();
    }
  });

  it('finds its session through any node', async () => {
    const worlds = new GivenOwner();
    const stage = new WhipStage({ whip: { gatherMs: 1 } }, { passing: passing('the owner', worlds) });
    await stage.start();
    const gateway = await Gateway.start(nodeAt('the owner', stage.origin), configOf());
    try {
      const answer = await fetch(`${gateway.origin}/whip/r`, {
        ...{ method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: offerOf('sendonly') },
      });
      const path = answer.headers.get('location') ?? '';
      const { status, body } = await restart(stage, path, fragmentOf('another'), '"*"', gateway.origin);
      expect([status, body.includes('a=ice-ufrag:another')]).to.deep.equal([200, true]);
    } finally {
      await gateway.stop();
      await stage.stop();
    }
  });
});
