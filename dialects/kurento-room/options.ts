import { z } from 'zod';
import { count, flag, group, list, milliseconds, number, option, readBy } from '../../options/option.js';
import type { Output } from '../../options/option.js';

/** A list of four numbers in the file, separated by commas in a variable or flag. */
const placement = list(number)
  .pipe(z.tuple([z.number(), z.number(), z.number(), z.number()], 'must be four numbers'))
  .transform(([offsetX, offsetY, width, height]) => ({ offsetX, offsetY, width, height }));

/** The room protocol. Its options have no prefix: they are older than the other protocols here. */
export const roomProtocolOptions = group(
  'kurentoRoom',
  {
    sessionGraceMs: option(
      milliseconds,
      10_000,
      'ms',
      'How long a participant who lost their socket stays in the room and may resume the session.',
    ),
    maxMissedMessages: option(
      count.min(1),
      1_000,
      'messages',
      'How many messages are kept for a participant who lost their socket. One more ends the session.',
    ),
    takeOverDetachedNames: flag(
      false,
      'Whether somebody may join under the name of a participant who lost their socket. That participant leaves then.',
    ),
    emptyStreams: flag(
      false,
      'Whether joinRoom lists a participant that does not publish with an empty list of streams, as clients for iOS want it, and not without.',
    ),
    filterType: option(
      z.enum(['hat', 'marker']),
      'hat',
      'filter',
      'The customRequest that pages may send. /getClientConfig tells it.',
    ),
    hatImage: option(
      z.string().min(1),
      'hat.png',
      'image',
      'What the hat filter puts over faces: a name below img/ of this server, or an address on the host of appUrl. The server fetches it before the media server does.',
    ),
    hatPlacement: option(
      placement,
      [-0.35, -1.2, 1.6, 1.6],
      'fractions of the face',
      'Where the hat is: its offset to the right and down, its width and its height.',
    ),
    markerImages: option(
      list(readBy(readMarkerImage, 'must be index=image')),
      ['0=marker.png'],
      'index=image',
      'What the marker filter shows, one image after the other. Clients are told the index; the image is given as for hatImage.',
    ),
  },
  '',
);

export type RoomProtocolSettings = Output<typeof roomProtocolOptions>;

/** `index=image`; the index is not negative. */
function readMarkerImage(text: string): { readonly index: number; readonly image: string } | undefined {
  const [, index, image] = /^(\d{1,9})=(\S+)$/.exec(text) ?? [];
  return image === undefined ? undefined : { index: Number(index), image };
}
