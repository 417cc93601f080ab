import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import { ProtocolError } from '../../session-layer/errors.js';
import { holdsDimensions } from '../dimensions.js';
import { unauthorized } from '../errors.js';
import { lenientBoolean } from '../lenient.js';
import { lenientNumber } from '../../session-layer/lenient.js';
import { videoTypes } from '../model/ids.js';
import type { OvConnection } from '../model/ov-connection.js';
import type { MediaOptions } from '../model/stream.js';
import { roomRequest } from '../request-type.js';
import { filterOf, notApplied } from '../stream-filters.js';
import type { ChosenFilter } from '../stream-filters.js';
import { inTime } from '../within.js';
import { isAllowed } from './filters.js';
import { forcedOffer, negotiationErrors, sdpAnswer, sdpOffer, shortSdp } from './negotiation.js';

const params = z.object({
  sdpOffer,
  hasAudio: lenientBoolean,
  hasVideo: lenientBoolean,
  doLoopback: lenientBoolean.optional().meta({ description: 'Send the stream back to its publisher too' }),
  audioActive: lenientBoolean.nullish().meta({ description: 'Default: true' }),
  videoActive: lenientBoolean.nullish().meta({ description: 'Default: true' }),
  typeOfVideo: z.enum(videoTypes).nullish().meta({ description: 'Default: CAMERA' }),
  frameRate: lenientNumber.nullish().meta({ description: '-1: unknown' }),
  videoDimensions: z
    .string()
    .max(1_000)
    .refine(holdsDimensions, 'must hold JSON, as {"width":640,"height":480}')
    .nullish(),
  filter: z.looseObject({ type: z.string().nullish(), options: z.unknown() }).nullish(),
});

export const publishVideo = roomRequest({
  name: 'publishVideo',
  params,
  result: z.object({ sdpAnswer, id: z.string(), createdAt: z.number() }),
  summary: 'Publishes the one stream of a connection.',
  description:
    'The others are told participantPublished after the answer. The id of the stream is another one with each publication.',
  example: {
    params: { sdpOffer: shortSdp, hasAudio: true, hasVideo: true, doLoopback: false },
    result: { sdpAnswer: shortSdp, id: 'str_CAM_Yk3x_con_Fq3kT8vWzA', createdAt: 1_790_000_000_000 },
  },
  errors: [
    { reason: 401, when: 'The connection has the role SUBSCRIBER.' },
    { reason: 'already-publishing', when: 'The connection publishes already.' },
    {
      reason: 406,
      when: 'A filter is asked for that is not among the `allowedFilters` of the connection, or that the media server does not have or refuses. Nothing is published then.',
    },
    { reason: 302, when: 'The stream has neither audio nor video.' },
    ...negotiationErrors,
  ],
  handle: async (participant, given, { session }) => {
    const { connection, ovSession } = session;
    if (connection.role === 'SUBSCRIBER') throw unauthorized('publish video');
    if (participant.pendingPublications.length > 0) {
      throw new RoomError('already-publishing', `${connection.id} is publishing already`);
    }
    const filter = given.filter?.type
      ? filterFor(connection, given.filter.type, given.filter.options, given.hasVideo)
      : undefined;
    if (!given.hasAudio && !given.hasVideo) throw new ProtocolError(302, 'There is neither audio nor video to publish');
    const offer = forcedOffer(given.sdpOffer, ovSession);
    const described = { ...mediaOptionsOf(given), ...(filter && { filter: filter.shown }) };
    const { sdpAnswer: answered, announce } = await inTime(
      participant.publish(offer, {
        loopback: given.doLoopback ?? false,
        source: described.typeOfVideo === 'SCREEN' ? 'screen' : 'camera',
        ...(filter && { filter: filter.is }),
        connectionFailed: session.connectionFailed(connection.id),
      }),
      () => {
        if (participant.pendingPublications.length > 0) participant.unpublish();
      },
    );
    const { id, createdAt } = connection.publish(described);
    return {
      answer: { sdpAnswer: answered, id, createdAt },
      afterwards: () => {
        announce();
        // It may have ended before it was there.
        if (participant.publications.length === 0) connection.streamEnded();
      },
    };
  },
});

/** @throws ProtocolError 406 */
function filterFor(connection: OvConnection, type: string, options: unknown, hasVideo: boolean): ChosenFilter {
  if (!isAllowed(connection, type)) throw notApplied(`The filter "${type}" is not allowed`);
  if (!hasVideo) throw notApplied(`There is no picture for the filter "${type}"`);
  return filterOf(type, options);
}

function mediaOptionsOf(given: z.output<typeof params>): MediaOptions {
  const { hasAudio, hasVideo, audioActive, videoActive, typeOfVideo, frameRate, videoDimensions } = given;
  return {
    ...{ hasAudio, hasVideo, audioActive: audioActive ?? true, videoActive: videoActive ?? true },
    ...(hasVideo && { typeOfVideo: typeOfVideo ?? 'CAMERA' }),
    frameRate: frameRate ?? -1,
    ...(hasVideo && videoDimensions != null && { videoDimensions }),
  };
}
