import type { OverlayPlacement, VideoFilter } from '../../media/port.js';
import type { Participant } from '../../rooms/participant.js';
import { ProtocolError, genericError } from './errors.js';
import { lenientBoolean, lenientNumber } from './params.js';
import type { ParsedParams, RequestResult } from './params.js';

/** What a customRequest of a participant does (Kurento Room §3.9). @throws RoomError, ProtocolError 999 */
export type CustomRequest = (
  participant: Participant,
  params: ParsedParams<'customRequest'>,
) => Promise<RequestResult<'customRequest'>>;

export interface FilterSettings {
  readonly filterType: 'hat' | 'marker';
  /** Where the media server fetches images: an address that ends with a slash. Asked for each time: a port may be known late. */
  readonly imagesUrl: () => string;
  /** A name below `imagesUrl`, or an address. */
  readonly hatImage: string;
  readonly hatPlacement: OverlayPlacement;
  /** In the order in which they are gone through; the image as `hatImage`. */
  readonly markerImages: readonly MarkerImage[];
}

export interface MarkerImage {
  /** What clients are told. Not negative. */
  readonly index: number;
  readonly image: string;
}

/** The handler that is configured. */
export function customRequestOf(settings: FilterSettings): CustomRequest {
  return settings.filterType === 'hat' ? hatRequest(settings) : markerRequest(settings);
}

/** `{"hat":true}` puts the filter on the participant's own video, `{"hat":false}` takes it off. */
function hatRequest({ imagesUrl, hatImage, hatPlacement: placement }: FilterSettings): CustomRequest {
  return async (participant, params) => {
    const on = lenientBoolean.safeParse(params.hat).data;
    if (on === undefined) throw new ProtocolError(genericError, 'customRequest needs "hat", which is true or false');
    if (on === (participant.filter !== undefined)) {
      throw new ProtocolError(genericError, `The hat is ${on ? 'on' : 'off'} already`);
    }
    const imageUrl = new URL(hatImage, imagesUrl()).href;
    await participant.setFilter(on ? { type: 'face-overlay', imageUrl, placement } : undefined);
    return {};
  };
}

/** `{"marker":<number>}`, whatever the number, takes the room from off to the first image, on to the next, and to off again. */
function markerRequest({ imagesUrl, markerImages }: FilterSettings): CustomRequest {
  return async ({ room }, params) => {
    if (!lenientNumber.safeParse(params.marker).success) {
      throw new ProtocolError(genericError, 'customRequest needs "marker", which is a number');
    }
    await room.requireFilter('marker');
    // From here to the change nothing is awaited: two requests at the same time are two steps.
    const next = markerImages[markerImages.findIndex(({ index }) => index === markerIndex(room.filter)) + 1];
    const imageUrl = next && new URL(next.image, imagesUrl()).href;
    await room.setFilter(next && imageUrl ? { type: 'marker', index: next.index, imageUrl } : undefined);
    return {};
  };
}

/** Undefined while there is no marker filter. */
export function markerIndex(filter: VideoFilter | undefined): number | undefined {
  return filter?.type === 'marker' ? filter.index : undefined;
}
