import type { z } from 'zod';
import type { ConnectionCall, SessionCall } from './call.js';
import type { RequestType } from './request-type.js';
import { closeSession } from './requests/close-session.js';
import { connect } from './requests/connect.js';
import { customRequest } from './requests/custom-request.js';
import { discover } from './requests/discover.js';
import { joinRoom } from './requests/join-room.js';
import { leaveRoom } from './requests/leave-room.js';
import { onIceCandidate } from './requests/on-ice-candidate.js';
import { ping } from './requests/ping.js';
import { publishVideo } from './requests/publish-video.js';
import { receiveVideoFrom } from './requests/receive-video-from.js';
import { sendMessage } from './requests/send-message.js';
import { unpublishVideo } from './requests/unpublish-video.js';
import { unsubscribeFromVideo } from './requests/unsubscribe-from-video.js';

/**
 * Every request of the room protocol (docs/protocols/kurento-room.md#3-requests), in the order of the documentation.
 */
export const requests = [
  joinRoom,
  publishVideo,
  unpublishVideo,
  receiveVideoFrom,
  unsubscribeFromVideo,
  onIceCandidate,
  sendMessage,
  leaveRoom,
  customRequest,
  ping,
  connect,
  closeSession,
  discover,
] as const;

export const sessionRequests: readonly RequestType<SessionCall>[] = requests.filter(
  (request) => request.scope === 'session',
);
export const connectionRequests: readonly RequestType<ConnectionCall>[] = requests.filter(
  (request) => request.scope === 'connection',
);

/** The params of each method that are text: clients may give numbers and booleans for them. */
export const textParams: ReadonlyMap<string, readonly string[]> = new Map(
  requests.map(({ name, params }) => [name, textsOf(params.shape)]),
);

function textsOf(shape: Readonly<Record<string, z.ZodType>>): string[] {
  return Object.entries(shape).flatMap(([name, schema]) =>
    schema.safeParse('text').success && !schema.safeParse(1).success ? [name] : [],
  );
}
