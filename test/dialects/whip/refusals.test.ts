import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { MediaError } from '../../../media/errors.js';
import type { Step } from '../../support/fake-media.js';
import { until } from '../../support/until.js';
import { WhipStage, offerOf, tokenOf } from './whip-stage.js';
import type { Asked } from './whip-stage.js';

const body = offerOf('sendonly');
const token = tokenOf('obs');
const player = offerOf('recvonly');

/** What is asked for, and with which status it is refused. */
const rows: readonly (readonly [title: string, path: string, asked: Asked, status: number])[] = [
  ['a method that there is not', '/whip/r', { method: 'GET' }, 405],
  ['another one', '/whip/r', { method: 'PUT', body }, 405],
  ['another one at a session', '/whip/r/x', { method: 'POST', body }, 405],
  ['no room', '/whip', { body }, 404],
  ['an empty room', '/whip/', { body }, 404],
  ['too many names', '/whip/r/s/t', { body }, 404],
  ['no publisher', '/whep/r', { body: player }, 404],
  ['a malformed path', '/whip/%E0%A4%A', { body }, 400],
  ['an invisible name', '/whip/%E2%80%8B', { body }, 400],
  ['a session that is not there', '/whip/r/nothing', { method: 'DELETE' }, 404],
  ['candidates for it', '/whip/r/nothing', { method: 'PATCH', body: 'a=mid:0' }, 404],
  ['another type', '/whip/r', { body, headers: { 'Content-Type': 'application/json' } }, 415],
  ['no type', '/whip/r', {}, 415],
  ['a long body', '/whip/r', { body: body.padEnd(65_537, '\n') }, 413],
  ['an empty body', '/whip/r', { body: '' }, 400],
  ['what is no SDP', '/whip/r', { body: '{"type":"offer"}' }, 400],
  ['an offer without sections', '/whip/r', { body: 'v=0\r\ns=-\r\n' }, 400],
  ['an odd stream', '/whip/r?stream=Screen%20of%20mine', { body }, 400],
  ['a publisher that receives', '/whip/r', { body: player }, 406],
  ['one that does nothing', '/whip/r', { body: offerOf('inactive') }, 406],
  ['a player that sends', '/whep/r/watcher', { body }, 406],
  ['data channels', '/whip/r', { body: offerOf('sendonly', ['video', 'application']) }, 406],
  ['a forged token', '/whip/r', { body, token: `${token.slice(0, -4)}AAAA` }, 401],
  ['a token of another room', '/whip/s', { body, token }, 403],
  ['one that may not publish', '/whip/r', { body, token: tokenOf('obs', { canPublish: false }) }, 403],
  [
    'one that may send sound alone',
    '/whip/r',
    { body, token: tokenOf('obs', { canPublishSources: ['microphone'] }) },
    403,
  ],
  ['one that may not receive', '/whep/r/watcher', { body: player, token: tokenOf('tv', { canSubscribe: false }) }, 403],
  ['nobody to receive', '/whep/r/nobody', { body: player }, 404],
  ['a stream that nobody publishes', '/whep/r/watcher?stream=screen', { body: player }, 404],
  ['a room that is not there', '/whep/nowhere/ana', { body: player }, 404],
];

describe('WHIP and WHEP refuse, and leave nothing', () => {
  // A client may be answered before the server notices that it has gone.
  const stage = new WhipStage({ whip: { gatherMs: 1, firstMediaMs: 100 } });
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(async () => {
    for (const participant of stage.participants) participant.leave();
    await stage.empty();
    expect(stage.defects.splice(0)).to.deep.equal([]);
  });

  for (const [title, path, asked, status] of rows) {
    it(`${title}: ${status}`, async () => {
      const heard: string[] = [];
      const watcher = await stage.watch(({ type }) => heard.push(type));
      (await watcher.publish('v=0\r\nm=audio 9 x 1\r\n')).announce();
      const answer = await stage.ask(path, asked);
      expect(answer.status, await answer.text()).to.equal(status);
      expect(answer.headers.get('location')).to.equal(null);
      expect(heard, 'nobody is told').to.deep.equal([]);
      expect(stage.media.endpoints.size).to.equal(1);
    });
  }

  const failures: readonly (readonly [Step, MediaError, number])[] = [
    ['openPipeline', new MediaError('unavailable', 'away'), 503],
    ['createEndpoint', new MediaError('no-capacity', 'full'), 503],
    ['answer', new MediaError('offer-refused', 'no codec'), 406],
    ['answer', new MediaError('engine-error', 'odd'), 500],
  ];
  for (const [step, error, status] of failures) {
    it(`a media server that fails at ${step} with ${error.code}: ${status}`, async () => {
      stage.media.failNext(step, error);
      const answer = await stage.ask('/whip/r', { body });
      expect(answer.status).to.equal(status);
      expect(answer.headers.get('retry-after') !== null).to.equal(status === 503);
    });
  }

  for (const step of ['openPipeline', 'createEndpoint', 'answer'] as const) {
    it(`a client that goes away while the media server is at ${step}`, async () => {
      const held = stage.media.holdNext(step);
      const gone = new AbortController();
      const asking = stage.ask('/whip/r', { body, signal: gone.signal }).catch(() => undefined);
      await held.reached;
      gone.abort();
      await asking;
      held.open();
    });
  }

  it('a client that goes away with half of its offer', async () => {
    const { hostname, port } = new URL(stage.origin);
    const socket = connect(Number(port), hostname);
    socket.write('POST /whip/r HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 500\r\n\r\nv=0');
    await once(socket, 'connect');
    await until('the request is there', () => socket.bytesWritten > 0);
    socket.destroy();
    await once(socket, 'close');
  });

  it('a newcomer when the server is about to end, and not one to a room that is there', async () => {
    stage.rooms.endAt(Date.now() + 30_000);
    try {
      const refused = await stage.ask('/whip/r', { body });
      expect(refused.status).to.equal(503);
      expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 30);
      stage.rooms.endAt(undefined);
      await stage.watch();
      stage.rooms.endAt(Date.now() + 30_000);
      expect((await stage.ask('/whip/r', { body })).status).to.equal(201);
    } finally {
      stage.rooms.endAt(undefined);
    }
  });
});

describe('WHIP and WHEP', () => {
  it('take no more clients of one address than any door, and no more in all', async () => {
    for (const limit of [{ maxConnectionsPerAddress: 1 }, { maxConnections: 1 }]) {
      const stage = new WhipStage({ ...limit, whip: { gatherMs: 1 } });
      await stage.start();
      try {
        const begin = async (): Promise<Response> => {
          const answer = await stage.ask('/whip/r', { body });
          await answer.text();
          return answer;
        };
        const first = await begin();
        const second = await begin();
        expect([first.status, second.status]).to.deep.equal([201, 503]);
        if ('maxConnections' in limit) expect(second.headers.get('retry-after')).to.match(/^\d+$/);
        await stage.ask(first.headers.get('location') ?? '', { method: 'DELETE' });
        expect((await begin()).status, 'a place is free again').to.equal(201);
      } finally {
        await stage.stop();
      }
    }
  });
});
