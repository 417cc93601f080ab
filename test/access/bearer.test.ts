import { expect } from 'chai';

import { AccessToken, RoomConfiguration } from 'livekit-server-sdk';
import { fitsGlob } from '../../access/glob.js';
import { nameFits } from '../../access/index.js';
import { mayPublish, noGrants, roles } from '../../rooms/index.js';
import type { Bearer } from '../../rooms/index.js';
import { accessOf, bearerOf, key, secret, tokenOf } from './given.js';

async function shown(claims: Readonly<Record<string, unknown>>): Promise<Bearer> {
  return bearerOf(accessOf(), await tokenOf(claims));
}

const garden = { room: 'garden', roomJoin: true };

describe('what a token allows', () => {
  it('is what LiveKit takes when the grant says no more than the room', async () => {
    const { grantsIn } = await grants({ video: garden });
    expect(grantsIn('garden')).to.deep.equal({ ...roles.PUBLISHER, canUpdateOwnMetadata: false });
    expect(grantsIn('yard')).to.deep.equal(noGrants);
  });

  it('takes publishing and subscribing each by itself, and data with publishing', async () => {
    for (const [given, expected] of [
      [{ canPublish: true }, { canPublish: true, canSubscribe: true, canPublishData: true }],
      [{ canPublish: false }, { canPublish: false, canSubscribe: true, canPublishData: false }],
      [{ canSubscribe: false }, { canPublish: true, canSubscribe: false, canPublishData: true }],
      [
        { canPublish: false, canPublishData: true },
        { canPublish: false, canSubscribe: true, canPublishData: true },
      ],
      [{ canPublish: null }, { canPublish: true, canSubscribe: true, canPublishData: true }],
    ] as const) {
      const { grantsIn } = await grants({ video: { ...garden, ...given } });
      expect(grantsIn('garden'), JSON.stringify(given)).to.include(expected);
    }
  });

  it('takes sources as a list of what may be published, an empty one as all', async () => {
    const audio = await grants({ video: { ...garden, canPublishSources: ['microphone', 'SCREEN_SHARE_AUDIO'] } });
    expect(audio.grantsIn('garden').canPublishSources).to.deep.equal(['microphone', 'screen_share_audio']);
    const all = await grants({ video: { ...garden, canPublishSources: [] } });
    expect(mayPublish(all.grantsIn('garden'), 'camera')).to.equal(true);
    const none = await grants({ video: { ...garden, canPublish: false, canPublishSources: ['camera'] } });
    expect(mayPublish(none.grantsIn('garden'), 'camera')).to.equal(false);
    const unknown = await grants({ video: { ...garden, canPublishSources: ['hologram'] } });
    expect(mayPublish(unknown.grantsIn('garden'), 'camera'), 'a list of unknown sources is not all').to.equal(false);
  });

  it('is what the role says, with the explicit grants over it', async () => {
    for (const role of ['MODERATOR', 'publisher', 'SUBSCRIBER'] as const) {
      const { grantsIn } = await grants({ role, video: { room: 'garden' } });
      expect(grantsIn('garden')).to.deep.equal(roles[role.toUpperCase() as keyof typeof roles]);
    }
    const { grantsIn } = await grants({ role: 'moderator', video: { room: 'garden', roomRecord: false } });
    expect(grantsIn('garden')).to.deep.equal({ ...roles.MODERATOR, roomRecord: false });
    expect(grantsIn('yard').roomAdmin, 'rights of a moderator never reach another room').to.equal(false);
  });

  it('does not let anybody join who has no room or no identity', async () => {
    expect((await grants({ video: { roomJoin: true } })).grantsIn('garden').roomJoin).to.equal(false);
    expect((await grants({ sub: undefined, video: garden })).grantsIn('garden').roomJoin).to.equal(false);
    expect((await grants({ sub: '', video: garden })).grantsIn('garden').roomJoin).to.equal(false);
    const byId = await grants({ sub: undefined, jti: 'ana', video: garden });
    expect(byId.bearer.identity).to.equal('ana');
    expect(byId.grantsIn('garden').roomJoin).to.equal(true);
  });

  it('opens several rooms by `videos` and by a pattern, of which a plain name counts first', async () => {
    const { grantsIn } = await grants({
      videos: [
        { roomPattern: 'class-*', roomJoin: true },
        { ...garden, canPublish: false },
        { room: 'class-7', roomJoin: false },
      ],
    });
    expect(grantsIn('garden')).to.include({ roomJoin: true, canPublish: false });
    expect(grantsIn('class-12')).to.include({ roomJoin: true, canPublish: true });
    expect(grantsIn('class-7').roomJoin).to.equal(false);
    expect(grantsIn('a class-1').roomJoin).to.equal(false);
  });

  it('names a room, the first of several', async () => {
    expect((await grants({ video: garden })).bearer.room).to.equal('garden');
    const several = await grants({ videos: [{ roomPattern: 'class-*', roomJoin: true }, garden] });
    expect(several.bearer.room).to.equal('garden');
    expect((await grants({ video: { roomJoin: true } })).bearer.room).to.equal(undefined);
  });

  it('means the same room in every form of Unicode', async () => {
    const { grantsIn } = await grants({ video: { room: 'caf\u0065\u0301', roomJoin: true } });
    expect(grantsIn('caf\u00e9').roomJoin).to.equal(true);
  });

  it('is the server API where the grant names no room', async () => {
    const { grantsIn } = await grants({ video: { roomCreate: true, roomList: true, roomAdmin: true } });
    expect(grantsIn('garden')).to.deep.equal({ ...noGrants, roomCreate: true, roomList: true });
    const one = await grants({ video: { ...garden, roomCreate: true, roomList: true } });
    expect(one.grantsIn('garden')).to.include({ roomCreate: true, roomList: true });
    expect(one.grantsIn('yard')).to.deep.equal({ ...noGrants, roomList: true });
  });

  it('has the settings of the room that it opens', async () => {
    const made = new AccessToken(key, secret, { identity: 'ana' });
    made.addGrant(garden);
    made.roomConfig = new RoomConfiguration({ maxParticipants: 3, metadata: 'yes', agents: [{ agentName: 'x' }] });
    const { opening } = await bearerOf(accessOf(), await made.toJwt());
    expect(opening).to.deep.equal({ maxParticipants: 3, metadata: 'yes' });
  });

  it('ignores what other servers use', async () => {
    const { grantsIn } = await grants({
      kind: 'agent',
      sha256: 'x',
      roomPreset: 'x',
      sip: { admin: true },
      agent: { admin: true },
      inference: { perform: true },
      video: { ...garden, canSubscribeMetrics: true, destinationRoom: 'yard' },
    });
    expect(grantsIn('garden').roomJoin).to.equal(true);
  });

  it('gives the name, without what nobody sees', async () => {
    expect((await shown({ name: ' Ana\u200b\n' })).name).to.equal('Ana');
    expect((await shown({ name: '' })).name).to.equal(undefined);
  });
});

describe('the name that a client says beside its token', () => {
  it('is none, the identity, or the name of the token', async () => {
    const bearer = await shown({ sub: 'ana', name: 'Ana Ruiz' });
    for (const name of [undefined, '', 'ana', 'Ana Ruiz']) expect(nameFits(bearer, name), name).to.equal(true);
    for (const name of ['Ben', 'Ana', 'ana ']) expect(nameFits(bearer, name), name).to.equal(false);
  });

  it('is any where nothing is proved', () => {
    expect(nameFits({ grantsIn: () => noGrants }, 'Ben')).to.equal(true);
  });
});

describe('a pattern of rooms', () => {
  it('stands for the whole name', () => {
    for (const [pattern, text, fits] of [
      ['*', '', true],
      ['*', 'garden', true],
      ['', '', true],
      ['', 'a', false],
      ['a*c', 'abc', true],
      ['a*c', 'abcd', false],
      ['a?c', 'a🦊c', true],
      ['a?c', 'ac', false],
      ['*-*-end', 'a-b-c-end', true],
      ['class-??', 'class-1', false],
      ['a.c', 'abc', false],
    ] as const) {
      expect(fitsGlob(pattern, text), `${pattern} ${text}`).to.equal(fits);
    }
  });

  it('costs no more than both lengths', () => {
    expect(fitsGlob(`${'*a'.repeat(2_000)}*b`, 'a'.repeat(256))).to.equal(false);
  });
});

async function grants(claims: Readonly<Record<string, unknown>>) {
  const bearer = await shown(claims);
  return { bearer, grantsIn: (room: string) => bearer.grantsIn(room) };
}
