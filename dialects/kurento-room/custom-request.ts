import type { OverlayPlacement, VideoFilter } from '../../media/port.js';
import type { Participant } from '../../rooms/participant.js';
import { ProtocolError, genericError } from './errors.js';
import { lenientBoolean, lenientNumber } from './lenient.js';

/** What a customRequest of a participant does (Kurento Room §3.9). @throws RoomError, ProtocolError 999 */
export type CustomRequest = (
  participant: Participant,
  params: { readonly hat?: unknown; readonly marker?: unknown },
) => Promise<void>;

export interface FilterSettings {
  readonly filterType: 'hat' | 'marker';
  /** Where the media server fetches images: an address that ends with a slash. Called for each use: the port is known once the server listens. */
  readonly imagesUrl: () => string;
  /** A name below `imagesUrl`, or an address. */
  readonly hatImage: string;
  readonly hatPlacement: OverlayPlacement;
  /** In the order in which requests go through them. */
  readonly markerImages: readonly MarkerImage[];
}

export interface MarkerImage {
  /** What clients are told. Not negative. */
  readonly index: number;
  /** A name below `imagesUrl`, or an address. */
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
  };
}

/** `{"marker":<number>}`, with any number, takes the room from off through all images and to off again, one step each time. */
function markerRequest({ imagesUrl, markerImages }: FilterSettings): CustomRequest {
  return async ({ room }, params) => {
    if (!lenientNumber.safeParse(params.marker).success) {
      throw new ProtocolError(genericError, 'customRequest needs "marker", which is a number');
    }
    await room.requireFilter('marker');
    // Nothing is awaited from here to the change, so two requests at the same time make two steps.
    const next = markerImages[markerImages.findIndex(({ index }) => index === markerIndex(room.filter)) + 1];
    const imageUrl = next && new URL(next.image, imagesUrl()).href;
    await room.setFilter(next && imageUrl ? { type: 'marker', index: next.index, imageUrl } : undefined);
  };
}

/** Undefined while there is no marker filter. */
export function markerIndex(filter: VideoFilter | undefined): number | undefined {
  return filter?.type === 'marker' ? filter.index : undefined;
}
