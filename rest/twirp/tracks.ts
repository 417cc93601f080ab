import type { Participant, Publication, Room } from '../../rooms/index.js';
import type { TrackKind } from './messages.js';
import { TwirpError } from './twirp-error.js';

/** One kind of a publication. */
interface Track {
  readonly publication: Publication;
  readonly kind: TrackKind;
}

/** @throws TwirpError `not_found` */
export function trackOf(participant: Participant, sid: string): Track {
  const track = trackNamed(participant, sid);
  if (!track) throw new TwirpError('not_found', `The participant has no track "${sid}"`);
  return track;
}

/** @throws TwirpError `not_found` */
export function trackIn(room: Room, sid: string): Track {
  for (const participant of room.participants) {
    const track = trackNamed(participant, sid);
    if (track) return track;
  }
  throw new TwirpError('not_found', `The room has no track "${sid}"`);
}

function trackNamed({ publications }: Participant, sid: string): Track | undefined {
  for (const publication of publications) {
    const kind = publication.kinds.find((each) => publication.sidOf(each) === sid);
    if (kind) return { publication, kind };
  }
  return undefined;
}
