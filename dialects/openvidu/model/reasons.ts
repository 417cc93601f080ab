import type { LeaveReason, PublicationEnd, RoomEnd } from '../../../rooms/index.js';

/** Pages and back ends switch on these words. */
export const endReasons = [
  'disconnect',
  'unpublish',
  'unsubscribe',
  'forceDisconnectByUser',
  'forceUnpublishByUser',
  'forceDisconnectByServer',
  'forceUnpublishByServer',
  'networkDisconnect',
  'sessionClosedByServer',
  'mediaServerReconnect',
  'openviduServerStopped',
  'lastParticipantLeft',
] as const;
export type EndReason = (typeof endReasons)[number];

/** Why somebody left, where nobody has said so (`OvConnection.leaves`). An administrator of the server is the server. */
export const leaveReasons: Readonly<Record<LeaveReason, EndReason>> = {
  left: 'disconnect',
  lost: 'networkDisconnect',
  evicted: 'forceDisconnectByServer',
  replaced: 'disconnect',
  stopped: 'openviduServerStopped',
};

/** Why a session ended, where nobody has said so (`OvSession.close`). */
export const sessionEndReasons: Readonly<Record<RoomEnd, EndReason>> = {
  empty: 'lastParticipantLeft',
  closed: 'sessionClosedByServer',
  stopped: 'openviduServerStopped',
};

/**
 * Why a stream ended, where nobody has said so (`OvConnection.unpublishes`).
 * @param isMember who ends its own stream says so; others of this server do not
 */
export function unpublishReason(end: PublicationEnd, isMember: boolean): EndReason {
  if (end === 'media-lost') return 'mediaServerReconnect';
  return isMember ? 'forceUnpublishByServer' : 'unpublish';
}
