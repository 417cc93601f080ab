import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import { textFrame } from '../../../transport/frame.js';
import { ProtocolError } from '../../session-layer/errors.js';
import { holdsDimensions } from '../dimensions.js';
import { othersIn, tellMembers } from '../members.js';
import type { StreamChanges } from '../model/stream.js';
import { notificationText } from '../../session-layer/notification-text.js';
import { streamPropertyChanged as notification } from '../notifications.js';
import { roomRequest } from '../request-type.js';

const active = z.boolean();
const dimensions = z.string().max(1_000).refine(holdsDimensions);
const track = z.looseObject({ label: z.string().optional() }).nullable();

/** What may change, and what becomes of it for those who come later. */
const properties: Readonly<Record<string, (value: unknown) => StreamChanges | undefined>> = {
  audioActive: (value) => changeOf(active, value, (audioActive) => ({ audioActive })),
  videoActive: (value) => changeOf(active, value, (videoActive) => ({ videoActive })),
  videoDimensions: (value) => changeOf(dimensions, value, (videoDimensions) => ({ videoDimensions })),
  audioTrack: (value) => changeOf(track, value, () => ({})),
  videoTrack: (value) => changeOf(track, value, () => ({})),
};

export const streamPropertyChanged = roomRequest({
  name: 'streamPropertyChanged',
  params: z.object({
    streamId: z.unknown().optional(),
    property: z.string(),
    newValue: z.unknown(),
    reason: z.string().nullish(),
  }),
  result: z.object({}),
  summary: 'Says that the page has muted its stream, or that its picture has another size or track.',
  description: 'The own stream is meant, whatever `streamId` says. The others are told; nothing is cut.',
  example: {
    params: {
      streamId: 'str_CAM_Yk3x_con_Fq3kT8vWzA',
      property: 'audioActive',
      newValue: false,
      reason: 'publishAudio',
    },
    result: {},
  },
  errors: [
    { reason: 'not-publishing', when: 'The connection does not publish.' },
    { reason: 999, when: 'There is no such property, or its value is of the wrong kind.' },
  ],
  handle: (_participant, { property, newValue, reason }, { session }) => {
    const { connection, ovSession } = session;
    const { stream } = connection;
    if (!stream) throw new RoomError('not-publishing', `${connection.id} is not publishing`);
    const changes = Object.hasOwn(properties, property) ? properties[property]?.(newValue) : undefined;
    if (!changes) throw new ProtocolError(999, `"${property}" cannot be changed to that`);
    if (Object.keys(changes).length > 0) connection.changeStream(changes);
    const told = {
      ...{ connectionId: connection.id, streamId: stream.id, property },
      ...{ newValue: JSON.stringify(newValue), reason: reason ?? '' },
    };
    tellMembers(othersIn(ovSession, connection), textFrame(notificationText(notification, told)));
    return { answer: {} };
  },
});

function changeOf<T>(
  schema: z.ZodType<T>,
  value: unknown,
  to: (parsed: T) => StreamChanges,
): StreamChanges | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? to(parsed.data) : undefined;
}
