import { expect } from 'chai';
import { MediaError } from '../../media/errors.js';
import { Rooms, roles, roomsRecordSchema } from '../../rooms/index.js';
import type { Participant } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { attributesOf, joinAtOnce, publish } from './stage.js';
import { both } from './recording-stage.js';

describe('the audio of the loudest, as a setting of a room', () => {
  let media: FakeMedia;
  let rooms: Rooms;

  beforeEach(() => {
    media = new FakeMedia();
    rooms = new Rooms(media);
  });

  function join(id: string): Participant {
    return joinAtOnce(rooms, 'r', { id, attributes: attributesOf(id) }, () => () => undefined);
  }

  function update(participant: Participant, audioLastN: number): void {
    const bearer = { grantsIn: () => roles.MODERATOR };
    participant.room.moderatedBy({ administrator: 'test', bearer }).update({ audioLastN });
  }

  const asked = (): (number | undefined)[] => [...media.pipelines].map(({ audioLastN }) => audioLastN);

  it('is told to the media server when it changes, and to a pipeline that is opened later', async () => {
    const ana = join('ana');
    update(ana, 3);
    expect(asked()).to.deep.equal([]);
    await publish(ana, both);
    expect(asked()).to.deep.equal([3]);
    update(ana, 5);
    expect(asked()).to.deep.equal([5]);
    for (const { record, listener } of media.pipelines) {
      media.forget(record);
      listener.mediaLost(new MediaError('object-gone', 'It has died'));
    }
    await publish(ana, both);
    expect(asked(), 'of another media server').to.deep.equal([5]);
    update(ana, 0);
    expect(asked()).to.deep.equal([0]);
  });

  it('is everybody’s audio where nothing is set, and nothing is asked', async () => {
    await publish(join('ana'), both);
    expect(asked()).to.deep.equal([undefined]);
  });

  it('goes on in the next process', async () => {
    const ana = join('ana');
    await publish(ana, both);
    update(ana, 4);
    const record: unknown = JSON.parse(JSON.stringify(rooms.record(() => 'a session')));
    rooms.letGo();
    rooms = new Rooms(media);
    rooms.restore(roomsRecordSchema.parse(record), () => ({ outbox: () => undefined }));
    expect(rooms.find('r')?.settings.audioLastN).to.equal(4);
    expect(asked()).to.deep.equal([4]);
  });

  it('takes whole numbers from 0 to 1000', () => {
    const ana = join('ana');
    for (const count of [-1, 1.5, 1_001])
      expect(() => {
        update(ana, count);
      }).to.throw('audioLastN must be a whole number');
    expect(ana.room.settings.audioLastN).to.equal(0);
  });
});
