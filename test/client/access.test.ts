import { expect } from 'chai';
import type { ClientError } from '../../client/errors.js';
import { Room } from '../../client/room.js';
import type { RoomOptions } from '../../client/room-options.js';
import { until } from '../support/until.js';
import { StubStream, StubTrack, inBrowserWorld } from './browser-world.js';
import { ScriptedServer, unknownSession } from './scripted-server.js';
import type { Script, Visit } from './scripted-server.js';

const features = ['state', 'moderation', 'metadata'];
const grants = {
  ...{ roomJoin: true, roomCreate: false, roomList: false, roomAdmin: false, roomRecord: false },
  ...{ canPublish: true, canSubscribe: true, canPublishData: true, canPublishSources: [] },
  ...{ canUpdateOwnMetadata: true, hidden: false, recorder: false },
};
const quiet = { audio: false, video: false, screen: false, hand: false };
const settings = {
  ...{ title: '', metadata: '', maxParticipants: 0, locked: false, waitingRoom: false, mutedOnEntry: false },
  hasPassword: false,
  lastN: 0,
  audioLastN: 0,
};
const refusal = (reason: string, more: object = {}): object => ({
  error: { code: 401, message: `refused: ${reason}`, data: { reason, ...more } },
});
const entered = (value: readonly object[] = []): object => ({
  result: {
    ...{ value, sessionId: 'one', features, room: settings, grants },
    self: { id: 'ana', name: 'Ana', metadata: '', attributes: {}, state: quiet },
  },
});

describe('access, as the client sees it', () => {
  inBrowserWorld();
  let server: ScriptedServer | undefined;
  let room: Room;

  afterEach(async () => {
    await room.leave();
    server?.stop();
    server = undefined;
  });

  async function meet(script: Script, options: Partial<RoomOptions> = {}): Promise<Room> {
    server = await ScriptedServer.start(script);
    room = new Room({ url: server.url, room: 'garden', ...options });
    return room;
  }

  const visit = (number = 1): Visit => server?.visits[number - 1] ?? expect.fail('nobody came');
  const failure = (promise: Promise<unknown>): Promise<ClientError> =>
    promise.then(
      () => expect.fail('it was accepted'),
      (error: unknown) => error as ClientError,
    );

  it('asks for a token for each join, and has the name that the token gives', async () => {
    const shown: unknown[] = [];
    let made = 0;
    await meet(
      ({ method, params }) => {
        if (method === 'connect') return unknownSession;
        if (method !== 'joinRoom') return { result: {} };
        shown.push([params.token, params.user, params.password]);
        return entered();
      },
      { token: () => Promise.resolve(`token ${++made}`), password: 'sesame' },
    );
    await room.join();
    expect([room.user, room.self.name, room.settings, room.self.grants]).to.deep.equal([
      'ana',
      'Ana',
      settings,
      grants,
    ]);
    const back = new Promise((resolve) => room.once('reconnected', resolve));
    visit().cut();
    expect(await back).to.equal(false);
    expect(shown).to.deep.equal([
      ['token 1', undefined, 'sesame'],
      ['token 2', undefined, 'sesame'],
    ]);
  });

  it('does not join when there is no token to be had', async () => {
    await meet(() => entered(), { token: () => Promise.reject(new Error('not logged in')) });
    const { code, advice, message } = await failure(room.join());
    expect({ code, advice, message }).to.deep.equal({
      ...{ code: 'token-invalid', advice: 'get-token', message: 'not logged in' },
    });
    expect(server?.heard).to.deep.equal([]);
  });

  it('does not join with a token that is no text', async () => {
    await meet(() => entered(), { token: () => Promise.resolve(undefined as unknown as string) });
    expect((await failure(room.join())).code).to.equal('token-invalid');
    expect(server?.heard).to.deep.equal([]);
  });

  for (const [what, answer] of [
    ['nothing', {}],
    ['no list of people', { value: 'nobody' }],
    ['people without an id', { value: [{ name: 'Bo' }] }],
    ['streams that are none', { value: [{ id: 'bo', streams: 'webcam' }] }],
    ['a state that is none', { value: [{ id: 'bo', state: {} }] }],
    ['rights that are none', { value: [], grants: { canPublish: true } }],
    ['features that are no list', { value: [], features: 'streams' }],
    ['messages that are none', { value: [], messages: [{ text: 'Hello' }] }],
    ['no name for itself', { value: [], self: {} }],
  ] as const) {
    it(`does not join a server that answers with ${what}, and takes nothing over`, async () => {
      await meet(({ method }) => ({ result: method === 'joinRoom' ? answer : {} }), { user: 'ana' });
      const { code, name } = await failure(room.join());
      expect([code, name, room.state, room.participants.size]).to.deep.equal([
        ...['invalid-request', 'ClientError', 'closed', 0],
      ]);
      await until('its connection is closed', () => server?.visits.every((each) => each.closed) ?? false);
    });
  }

  it('is left while a token is fetched that never comes', async () => {
    await meet(() => entered(), { token: () => new Promise(() => undefined) });
    const joining = failure(room.join());
    await until('it is connected', () => server?.visits.length === 1);
    await room.leave();
    expect((await joining).code).to.equal('closed');
  });

  for (const [reason, advice] of [
    ['token-needed', 'get-token'],
    ['token-invalid', 'get-token'],
    ['token-expired', 'get-token'],
    ['not-allowed', 'give-up'],
    ['banned', 'give-up'],
    ['locked', 'try-later'],
    ['password', 'ask-password'],
    ['room-full', 'try-later'],
  ] as const) {
    it(`says that a join was refused for the reason ${reason}, and what to do`, async () => {
      await meet(() => refusal(reason), { user: 'ana' });
      const error = await failure(room.join());
      expect([error.code, error.reason, error.advice]).to.deep.equal([reason, reason, advice]);
    });
  }

  it('says when something that was refused as too often can be tried again', async () => {
    await meet(
      () => ({
        error: { code: 204, message: 'too many', data: { reason: 'too-many', retryAfterMs: 4_000 } },
      }),
      { user: 'ana' },
    );
    const error = await failure(room.join());
    expect([error.code, error.advice, error.retryAfterMs]).to.deep.equal(['too-many', 'try-later', 4_000]);
  });

  describe('in a room with a waiting room', () => {
    let admittable: boolean;
    let places: (number | undefined)[];

    beforeEach(async () => {
      [admittable, places] = [false, []];
      await meet(
        ({ method }) => {
          if (method !== 'joinRoom') return { error: { code: 102, message: 'You are in no room' } };
          return admittable ? entered() : refusal('waiting', { place: 2 });
        },
        { user: 'ana' },
      );
      room.on('waiting', (place) => places.push(place));
    });

    const waiting = (times: number): Promise<void> => until('it waits', () => places.length === times);

    it('waits, and is in as soon as it is admitted', async () => {
      const joining = room.join();
      await waiting(1);
      admittable = true;
      visit().tell('admitted', {});
      await joining;
      expect([room.joined, places]).to.deep.equal([true, [2]]);
    });

    it('is told when it is denied, and does not ask again', async () => {
      const joining = failure(room.join());
      await waiting(1);
      visit().tell('denied', { reason: 'Not today' });
      const { code, message, advice } = await joining;
      expect([code, message, advice]).to.deep.equal(['denied', 'Not today', 'try-later']);
      expect(server?.heard).to.deep.equal(['1 joinRoom']);
    });

    it('asks again when its connection was lost', async () => {
      const joining = room.join();
      await waiting(1);
      visit().cut();
      await waiting(2);
      admittable = true;
      visit(2).tell('admitted', {});
      await joining;
      expect(room.joined).to.equal(true);
    });

    it('stops waiting when it leaves', async () => {
      const joining = failure(room.join());
      await waiting(1);
      await room.leave();
      expect((await joining).code).to.equal('closed');
      await until('its connection is closed', () => server?.visits.every((each) => each.closed) ?? false);
    });
  });

  describe('in the room', () => {
    let said: unknown[];

    beforeEach(async () => {
      said = [];
      await meet(
        ({ method, params }) => {
          if (method === 'joinRoom')
            return entered([
              { id: 'berta', streams: [{ id: 'webcam' }], name: 'Berta', metadata: 'm', attributes: {}, state: quiet },
            ]);
          if (method === 'publishVideo' || method === 'receiveVideoFrom') return { result: { sdpAnswer: 'v=0' } };
          if (method !== 'unpublishVideo' && method !== 'leaveRoom') said.push([method, params]);
          return method === 'connect' ? unknownSession : { result: {} };
        },
        { user: 'ana' },
      );
      await room.join();
    });

    const berta = () => room.participants.get('berta') ?? expect.fail('Berta is there');

    it('knows the state and the names of all, and hears of changes', async () => {
      expect([berta().name, berta().metadata, berta().state]).to.deep.equal(['Berta', 'm', quiet]);
      const heard: string[] = [];
      berta().on('stateChanged', ({ hand }) => heard.push(`berta's hand ${String(hand)}`));
      berta().on('updated', ({ name, attributes }) => heard.push(`${name} ${JSON.stringify(attributes)}`));
      room.self.on('stateChanged', ({ mutedKinds }) => heard.push(`cut: ${String(mutedKinds)}`));
      room.self.on('unmuteRequested', (by, kinds) => heard.push(`${by} asks for ${kinds.join()}`));
      room.on('settingsChanged', ({ locked, waitingRoom }) =>
        heard.push(`locked ${String(locked)} ${String(waitingRoom)}`),
      );
      const tell = (method: string, params: object): void => {
        visit().tell(method, params);
      };
      tell('participantStateChanged', { id: 'berta', ...quiet, hand: true, handSince: 7 });
      tell('participantUpdated', { id: 'berta', name: 'B.', attributes: { seat: '4', gone: '' } });
      tell('participantStateChanged', { id: 'ana', ...quiet, mutedBy: 'moderator', mutedKinds: ['audio'] });
      tell('unmuteRequested', { by: 'berta', kinds: ['audio'] });
      tell('roomUpdated', { locked: true });
      await until('all is heard', () => heard.length === 5);
      expect(heard).to.deep.equal([
        "berta's hand true",
        'B. {"seat":"4"}',
        'cut: audio',
        'berta asks for audio',
        'locked true false',
      ]);
      expect(berta().metadata).to.equal('m');
    });

    it('says what it mutes, once, and before it is published', async () => {
      const [microphone, camera] = [new StubTrack('audio'), new StubTrack('video')];
      microphone.enabled = false;
      const publication = await room.publish(new StubStream([microphone, camera]) as unknown as MediaStream);
      publication.mute('audio');
      publication.mute('video');
      publication.mute('audio', false);
      await until('it is told', () => said.length === 3);
      expect(said).to.deep.equal([
        ['updateState', { audio: false }],
        ['updateState', { video: false }],
        ['updateState', { audio: true }],
      ]);
      expect(room.self.state).to.deep.include({ audio: true, video: false });
      await publication.close();
      expect(room.self.state).to.deep.include({ audio: false, video: false });
      const heard = server?.heard ?? [];
      expect(heard.indexOf('1 updateState')).to.be.lessThan(heard.indexOf('1 publishVideo'));
    });

    it('says what it has muted once more to a server that was restarted', async () => {
      const publication = await room.publish(new StubStream([new StubTrack('audio')]) as unknown as MediaStream);
      publication.mute('audio');
      await until('it is told', () => said.length === 1);
      visit().cut();
      await until('it is told again', () => server?.heard.includes('2 updateState') ?? false);
      expect(said.filter((each) => (each as [string])[0] === 'updateState')).to.deep.equal([
        ['updateState', { audio: false }],
        ['updateState', { audio: false }],
      ]);
    });

    it('publishes and receives no more when that was taken from it', async () => {
      await until('it receives', () => [...berta().publications.values()].some((each) => each.subscription));
      const publication = await room.publish(new StubStream([new StubTrack('audio')]) as unknown as MediaStream);
      visit().tell('grantsChanged', { grants: { ...grants, canPublish: false, canSubscribe: false } });
      await until('it has ended', () => publication.closed);
      expect(room.localPublication).to.equal(undefined);
      expect([...berta().publications.values()].map(({ subscription }) => subscription)).to.deep.equal([undefined]);
      visit().tell('grantsChanged', { grants });
      await until('it receives again', () => [...berta().publications.values()].some((each) => each.subscription));
    });

    it('does not publish again by itself what a moderator has ended', async () => {
      const publication = await room.publish(new StubStream([new StubTrack('audio')]) as unknown as MediaStream);
      visit().tell('participantUnpublished', { name: 'ana' });
      await until('it has ended', () => publication.closed);
      expect([room.localPublication, visit().calls('publishVideo')]).to.deep.equal([undefined, 1]);
    });

    it('moderates by the requests of the protocol, and knows who waits', async () => {
      const { moderation, self } = room;
      await moderation.mute('*', ['audio']);
      await moderation.mute('berta', ['video'], false);
      await moderation.requestUnmute('berta', ['audio']);
      await moderation.unpublish('berta');
      await moderation.remove('berta', { reason: 'quiet', banMs: -1 });
      await moderation.setGrants('berta', { role: 'MODERATOR' });
      await moderation.lowerHand('*');
      await moderation.lock();
      await moderation.update({ waitingRoom: true });
      await moderation.admit('waiting-1');
      await moderation.deny('waiting-2', 'full');
      await moderation.close();
      await self.raiseHand();
      await self.update({ name: 'A.', attributes: { seat: '' } });
      expect(said).to.deep.equal([
        ['muteParticipant', { id: '*', kinds: ['audio'], muted: true }],
        ['muteParticipant', { id: 'berta', kinds: ['video'], muted: false }],
        ['requestUnmute', { id: 'berta', kinds: ['audio'] }],
        ['forceUnpublish', { id: 'berta' }],
        ['forceDisconnect', { id: 'berta', reason: 'quiet', banMs: -1 }],
        ['setGrants', { id: 'berta', role: 'MODERATOR' }],
        ['lowerHand', { id: '*' }],
        ['lockRoom', { locked: true }],
        ['updateRoom', { waitingRoom: true }],
        ['admitParticipant', { id: 'waiting-1' }],
        ['denyParticipant', { id: 'waiting-2', reason: 'full' }],
        ['closeRoom', {}],
        ['raiseHand', { raised: true }],
        ['updateMetadata', { name: 'A.', attributes: { seat: '' } }],
      ]);
      const dora = { id: 'waiting-1', name: 'dora', door: 'kurento-room' };
      visit().tell('participantWaiting', { ...dora, waiting: true });
      await until('Dora waits', () => moderation.waiting.size === 1);
      expect([...moderation.waiting.values()]).to.deep.equal([dora]);
      visit().tell('participantWaiting', { ...dora, waiting: false });
      await until('Dora waits no more', () => moderation.waiting.size === 0);
    });

    it('is removed for good: it knows why, and does not come back', async () => {
      const ends: unknown[] = [];
      room.on('closed', (...end) => ends.push(end));
      visit().tell('participantEvicted', { reason: 'Please be quiet', mayReturn: false });
      await until('it is out', () => ends.length === 1);
      await until('its connection is closed', () => visit().closed);
      expect(ends).to.deep.equal([['evicted', { message: 'Please be quiet', mayReturn: false }]]);
      expect(server?.heard.filter((each) => each.endsWith('joinRoom'))).to.deep.equal(['1 joinRoom']);
    });
  });

  it('that was banned while its connection was lost ends with what the server says', async () => {
    const ends: unknown[] = [];
    await meet(
      ({ method }, { number }) => {
        if (method === 'connect') return unknownSession;
        return number === 1 ? entered() : refusal('banned');
      },
      { user: 'ana' },
    );
    await room.join();
    room.on('closed', (...end) => ends.push(end));
    visit().cut();
    await until('it has ended', () => ends.length === 1);
    expect(ends).to.deep.equal([['refused', { message: 'refused: banned', mayReturn: false }]]);
  });
});
