import { expect } from 'chai';
import { Rooms, roles } from '../../rooms/index.js';
import type { Participant, RoomEvent } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import type { FakeEndpoint } from '../support/fake-media.js';
import { ManualTime } from '../support/manual-time.js';
import { attributesOf, joinAtOnce, publish } from './stage.js';

const offer = 'v=0\r\nm=audio 9 RTP 111\r\na=mid:0\r\na=sendrecv\r\n';
const moderator = { administrator: 'test', bearer: { grantsIn: () => roles.MODERATOR } };

describe('speakers of a room', () => {
  let media: FakeMedia;
  let time: ManualTime;
  let rooms: Rooms;
  let told: Map<string, RoomEvent[]>;
  let now: number;

  beforeEach(() => {
    media = new FakeMedia();
    media.abilities = { ...media.abilities, activeSpeaker: 'server' };
    time = new ManualTime();
    told = new Map();
    now = 0;
    rooms = new Rooms(media, { now: () => now, later: time.later });
  });

  function join(id: string): Participant {
    return joinAtOnce(rooms, 'r', { id, attributes: attributesOf(id) }, () => {
      const events: RoomEvent[] = [];
      told.set(id, events);
      return (event) => events.push(event);
    });
  }

  async function publisher(id: string): Promise<readonly [Participant, FakeEndpoint]> {
    const participant = join(id);
    await publish(participant, offer);
    const endpoint = [...media.endpoints].at(-1);
    if (!endpoint) throw new Error('it has an endpoint');
    return [participant, endpoint];
  }

  /** The media server tells who speaks, how loud. */
  function hears(...speakers: readonly (readonly [FakeEndpoint, number])[]): void {
    for (const { listener } of media.pipelines)
      listener.speakersChanged?.(speakers.map(([endpoint, level]) => ({ endpoint, level })));
  }

  /** What somebody was told of speakers. */
  const heard = (id: string): string[] =>
    (told.get(id) ?? []).flatMap((event) =>
      event.type === 'speakersChanged'
        ? event.speakers.map(({ participant, level }) => `${participant.id} ${level}`).join(', ')
        : [],
    );

  it('are told every 400 ms at most, and only when they are others, or louder, or less loud', async () => {
    const [, ana] = await publisher('ana');
    const [, ben] = await publisher('ben');
    hears([ana, 0.25]);
    now = 100;
    hears([ana, 0.25], [ben, 0.25]);
    now = 200;
    hears([ben, 0.5], [ana, 0.25]);
    expect(heard('ana')).to.deep.equal(['ana 0.25']);
    expect(time.waits).to.deep.equal([300]);
    now = 400;
    time.pass();
    hears([ben, 0.5], [ana, 0.25]);
    now = 500;
    hears([ana, 0.25]);
    now = 600;
    hears([ben, 0.5], [ana, 0.25]);
    now = 800;
    time.pass();
    expect(heard('ana'), 'what was over before it could be told is not told').to.deep.equal([
      'ana 0.25',
      'ben 0.5, ana 0.25',
    ]);
    now = 2_000;
    hears();
    expect(heard('ben').at(-1)).to.equal('');
    expect(time.waits).to.deep.equal([]);
  });

  it('are five at most; of equal ones those come first that did before, and newcomers are told', async () => {
    const seven = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => publisher(id)));
    const endpoints = [...media.endpoints];
    expect(endpoints).to.have.lengthOf(seven.length);
    const [first, ...others] = endpoints.map((endpoint) => [endpoint, 0.25] as const).reverse();
    if (!first) throw new Error('there are seven');
    hears(first);
    now = 400;
    hears(...others, first);
    expect(heard('a').at(-1)?.split(', '))
      .to.have.lengthOf(5)
      .and.to.include.ordered.members([heard('a')[0]]);
    join('late');
    expect(heard('late')).to.deep.equal([heard('a').at(-1)]);
  });

  it('are never muted or cut, nor those whose stream or membership has ended', async () => {
    const [ana, one] = await publisher('ana');
    const [ben, two] = await publisher('ben');
    const [, three] = await publisher('carl');
    hears([one, 0.5], [two, 0.25], [three, 0.125]);
    expect(heard('ben')).to.deep.equal(['ana 0.5, ben 0.25, carl 0.125']);
    now += 400;
    ana.updateState({ audio: false });
    expect(heard('ben').at(-1)).to.equal('ben 0.25, carl 0.125');
    now += 400;
    await ana.room.moderatedBy(moderator).mute(ben, ['audio'], true);
    expect(heard('ben').at(-1)).to.equal('carl 0.125');
    now += 400;
    ana.updateState({ audio: true });
    expect(heard('ben').at(-1)).to.equal('ana 0.5, carl 0.125');
    now += 400;
    ana.unpublish();
    expect(heard('ben').at(-1)).to.equal('carl 0.125');
    now += 400;
    ana.room.find('carl')?.leave();
    expect(heard('ben').at(-1)).to.equal('');
  });

  it('are nobody when the media server is lost', async () => {
    const [, ana] = await publisher('ana');
    hears([ana, 0.5]);
    now += 400;
    for (const pipeline of media.pipelines) pipeline.vanish();
    expect(heard('ana')).to.deep.equal(['ana 0.5', '']);
  });

  describe('where the clients say so', () => {
    beforeEach(() => {
      media.abilities = { ...media.abilities, activeSpeaker: 'none' };
    });

    it('hold for 10 s unless it is said again', async () => {
      const [ana] = await publisher('ana');
      ana.updateState({ speaking: true });
      expect(heard('ana')).to.deep.equal(['ana 1']);
      expect(time.waits).to.deep.equal([10_000]);
      now += 5_000;
      ana.updateState({ speaking: true });
      expect(time.waits, 'the former wait has ended').to.deep.equal([10_000]);
      now += 10_000;
      time.pass();
      expect(heard('ana')).to.deep.equal(['ana 1', '']);
    });

    it('leave no timer behind when the room closes, or goes on in another process', async () => {
      const [ana] = await publisher('ana');
      ana.updateState({ speaking: true });
      ana.leave();
      expect(time.waits).to.deep.equal([]);
      const [ben] = await publisher('ben');
      ben.updateState({ speaking: true });
      rooms.letGo();
      expect(time.waits).to.deep.equal([]);
    });

    it('do not count where the media server hears who speaks', async () => {
      media.abilities = { ...media.abilities, activeSpeaker: 'server' };
      const [ana] = await publisher('ana');
      ana.updateState({ speaking: true });
      expect(heard('ana')).to.deep.equal([]);
    });
  });
});
