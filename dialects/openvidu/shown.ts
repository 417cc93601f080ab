import type { z } from 'zod';
import type { OvConnection } from './model/ov-connection.js';
import type { OvStream } from './model/stream.js';
import type { participantJoined, presentSchema, streamSchema } from './notifications.js';

/** A stream as pages are told of it. */
export function shownStream(stream: OvStream): z.output<typeof streamSchema> {
  const { id, createdAt, hasAudio, hasVideo, audioActive, videoActive, frameRate } = stream;
  const { typeOfVideo, videoDimensions, filter } = stream;
  return {
    ...{ id, createdAt, hasAudio, hasVideo, audioActive, videoActive },
    ...(typeOfVideo !== undefined && { typeOfVideo }),
    frameRate,
    ...(videoDimensions !== undefined && { videoDimensions }),
    filter: filter ?? {},
  };
}

/** Somebody who has come. */
export function shownPerson(connection: OvConnection): z.output<typeof participantJoined.params> {
  const { id, activeAt, createdAt, metadata } = connection;
  return { id, createdAt: activeAt ?? createdAt, metadata };
}

/** Somebody who is there. */
export function shownPresent(connection: OvConnection): z.output<typeof presentSchema> {
  const { stream } = connection;
  return { ...shownPerson(connection), ...(stream && { streams: [shownStream(stream)] }) };
}
