import { expect } from 'chai';
import { MediaError } from '../../media/errors.js';
import type { MediaErrorCode } from '../../media/errors.js';
import { filterError, mediaError } from '../../rooms/errors.js';
import { RoomError } from '../../rooms/index.js';
import { Stage } from './stage.js';

describe('an error of the domain', () => {
  const passing: Record<MediaErrorCode, boolean> = {
    'offer-refused': false,
    unavailable: true,
    timeout: true,
    'object-gone': true,
    released: false,
    'no-capacity': true,
    'not-supported': false,
    'engine-error': false,
  };

  for (const [code, retry] of Object.entries(passing) as [MediaErrorCode, boolean][]) {
    it(`says that trying again ${retry ? 'can' : 'cannot'} help after ${code} of the media engine`, () => {
      const cause = new MediaError(code, 'it failed');
      expect(mediaError(cause)).to.include({ cause, retry, code: code === 'offer-refused' ? code : 'media-failed' });
      expect(filterError(mediaError(cause))).to.include({ retry, code: 'filter-refused' });
    });
  }

  it('that is none of the media engine’s own is media-failed, and nothing says that trying again can help', () => {
    for (const cause of [new TypeError('a defect'), 'text', Object.assign(new Error('gone'), { code: 'ECONNRESET' })]) {
      expect(mediaError(cause)).to.include({ cause, retry: false, code: 'media-failed' });
    }
    const refused = new RoomError('filter-refused', 'no such filter');
    expect(filterError(refused)).to.equal(refused);
  });

  it('for want of capacity can pass, and one for a taken name cannot', async () => {
    const stage = new Stage();
    stage.join('ana');
    const errorOf = async (room: string): Promise<unknown> =>
      stage.rooms
        .join(
          room,
          { id: 'ana', attributes: { displayName: 'ana', dialect: 'test', hearsPrivateTexts: false } },
          () => undefined,
        )
        .catch((error: unknown) => error);
    stage.media.hasCapacity = false;
    expect(await errorOf('r2')).to.include({ code: 'room-refused', retry: true });
    expect(await errorOf('r1')).to.include({ code: 'participant-exists', retry: false });
  });
});
