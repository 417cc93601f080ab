import { textParamsOf } from '../session-layer/request-type.js';
import type { RequestType } from './request-type.js';
import type { ConnectionCall, SessionCall } from './call.js';
import { admitParticipant } from './requests/admit-participant.js';
import { closeRoom } from './requests/close-room.js';
import { closeSession } from './requests/close-session.js';
import { connect } from './requests/connect.js';
import { customRequest } from './requests/custom-request.js';
import { denyParticipant } from './requests/deny-participant.js';
import { discover } from './requests/discover.js';
import { forceDisconnect } from './requests/force-disconnect.js';
import { forceUnpublish } from './requests/force-unpublish.js';
import { getIceServers } from './requests/get-ice-servers.js';
import { joinRoom } from './requests/join-room.js';
import { leaveRoom } from './requests/leave-room.js';
import { listRecordings } from './requests/list-recordings.js';
import { lockRoom } from './requests/lock-room.js';
import { lowerHand } from './requests/lower-hand.js';
import { muteParticipant } from './requests/mute-participant.js';
import { onIceCandidate } from './requests/on-ice-candidate.js';
import { pauseRecording } from './requests/pause-recording.js';
import { ping } from './requests/ping.js';
import { publishVideo } from './requests/publish-video.js';
import { raiseHand } from './requests/raise-hand.js';
import { receiveVideoFrom } from './requests/receive-video-from.js';
import { reportMedia } from './requests/report-media.js';
import { reportQuality } from './requests/report-quality.js';
import { requestUnmute } from './requests/request-unmute.js';
import { restartIce } from './requests/restart-ice.js';
import { resumeRecording } from './requests/resume-recording.js';
import { sendData } from './requests/send-data.js';
import { sendMessage } from './requests/send-message.js';
import { setGrants } from './requests/set-grants.js';
import { setSubscription } from './requests/set-subscription.js';
import { setLastN } from './requests/set-last-n.js';
import { startRecording } from './requests/start-recording.js';
import { stopRecording } from './requests/stop-recording.js';
import { unpublishVideo } from './requests/unpublish-video.js';
import { unsubscribeFromVideo } from './requests/unsubscribe-from-video.js';
import { updateMetadata } from './requests/update-metadata.js';
import { updateRoom } from './requests/update-room.js';
import { updateState } from './requests/update-state.js';

/**
 * Every request of the room protocol (docs/protocols/kurento-room.md#3-requests), in the order of the documentation.
 */
export const requests = [
  joinRoom,
  publishVideo,
  unpublishVideo,
  receiveVideoFrom,
  unsubscribeFromVideo,
  restartIce,
  setSubscription,
  setLastN,
  onIceCandidate,
  sendMessage,
  sendData,
  leaveRoom,
  customRequest,
  getIceServers,
  reportMedia,
  reportQuality,
  raiseHand,
  updateState,
  updateMetadata,
  muteParticipant,
  requestUnmute,
  forceUnpublish,
  forceDisconnect,
  setGrants,
  lowerHand,
  lockRoom,
  updateRoom,
  admitParticipant,
  denyParticipant,
  closeRoom,
  startRecording,
  stopRecording,
  pauseRecording,
  resumeRecording,
  listRecordings,
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

/** The params of each method that are text. */
export const textParams = textParamsOf(requests);
