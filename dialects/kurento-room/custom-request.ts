import type { VideoFilter } from '../../media/port.js';
import type { Participant } from '../../rooms/index.js';
import { keepPayer } from '../../transport/gate/account.js';
import { ProtocolError, genericError } from './errors.js';
import { lenientBoolean } from './lenient.js';
import { lenientNumber } from '../session-layer/lenient.js';
import type { RoomProtocolSettings } from './options.js';

/**
 * What a customRequest of a participant does (docs/protocols/kurento-room.md#39-customrequest).
 * @throws RoomError, ProtocolError 999
 */
export type CustomRequest = (
  participant: Participant,
  params: { readonly hat?: unknown; readonly marker?: unknown },
) => Promise<void>;

type FilterSettings = Pick<RoomProtocolSettings, 'filterType' | 'hatImage' | 'hatPlacement' | 'markerImages'>;

/**
 * The handler that is configured.
 *
 * @param imagesUrl where media servers fetch images that are named without an address; ends with a slash. Called for each use: the port
 *   is known once the server listens
 */
export function customRequestOf(settings: FilterSettings, imagesUrl: () => string): CustomRequest {
  return settings.filterType === 'hat' ? hatRequest(settings, imagesUrl) : markerRequest(settings, imagesUrl);
}

/** `{"hat":true}` puts the filter on the participant's own video, `{"hat":false}` takes it off. */
function hatRequest({ hatImage, hatPlacement: placement }: FilterSettings, imagesUrl: () => string): CustomRequest {
  return async (participant, params) => {
    const on = lenientBoolean.safeParse(params.hat).data;
    if (on === undefined) throw new ProtocolError(genericError, 'customRequest needs "hat", which is true or false');
    if (on === (participant.filter !== undefined)) {
      throw new ProtocolError(genericError, `The hat is ${on ? 'on' : 'off'} already`);
    }
    const imageUrl = imageAt(hatImage, imagesUrl());
    await participant.setFilter(on ? { type: 'face-overlay', imageUrl, placement } : undefined);
  };
}

/** `{"marker":<number>}`, with any number, takes the room from off through all images and to off again, one step each time. */
function markerRequest({ markerImages }: FilterSettings, imagesUrl: () => string): CustomRequest {
  return async (participant, params) => {
    const { room } = participant;
    participant.assertMay('data');
    if (!lenientNumber.safeParse(params.marker).success) {
      throw new ProtocolError(genericError, 'customRequest needs "marker", which is a number');
    }
    const goOn = keepPayer();
    await room.requireFilter('marker');
    // Nothing is awaited from here to the change, so two requests at the same time make two steps.
    const next = markerImages[markerImages.findIndex(({ index }) => index === markerIndex(room.filter)) + 1];
    const imageUrl = next && imageAt(next.image, imagesUrl());
    await goOn(() => room.setFilter(next && imageUrl ? { type: 'marker', index: next.index, imageUrl } : undefined));
  };
}

/** Media servers fetch images from this server alone. */
function imageAt(image: string, imagesUrl: string): string {
  const url = URL.canParse(image, imagesUrl) ? new URL(image, imagesUrl) : undefined;
  if (url?.host !== new URL(imagesUrl).host) {
    throw new ProtocolError(genericError, 'The image is not on the host that APP_URL names');
  }
  return url.href;
}

/** Undefined while there is no marker filter. */
export function markerIndex(filter: VideoFilter | undefined): number | undefined {
  return filter?.type === 'marker' ? filter.index : undefined;
}
