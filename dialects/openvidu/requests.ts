import { textParamsOf } from '../session-layer/request-type.js';
import type { ConnectionCall, SessionCall } from './call.js';
import type { RequestType } from './request-type.js';
import { closeSession } from './requests/close-session.js';
import { connect } from './requests/connect.js';
import { echo } from './requests/echo.js';
import {
  addFilterEventListener,
  applyFilter,
  execFilterMethod,
  removeFilter,
  removeFilterEventListener,
} from './requests/filters.js';
import { forceDisconnect } from './requests/force-disconnect.js';
import { forceUnpublish } from './requests/force-unpublish.js';
import { joinRoom } from './requests/join-room.js';
import { leaveRoom } from './requests/leave-room.js';
import { onIceCandidate } from './requests/on-ice-candidate.js';
import { ping } from './requests/ping.js';
import { prepareReceiveVideoFrom } from './requests/prepare-receive-video-from.js';
import { publishVideo } from './requests/publish-video.js';
import { receiveVideoFrom } from './requests/receive-video-from.js';
import { reconnectStream } from './requests/reconnect-stream.js';
import { sendMessage } from './requests/send-message.js';
import { subscribeToSpeechToText, unsubscribeFromSpeechToText } from './requests/speech-to-text.js';
import { streamPropertyChanged } from './requests/stream-property-changed.js';
import { unpublishVideo } from './requests/unpublish-video.js';
import { unsubscribeFromVideo } from './requests/unsubscribe-from-video.js';
import { videoData } from './requests/video-data.js';

/** Every request of pages, in the order of the documentation. Any other one is answered -32601. */
export const requests = [
  joinRoom,
  publishVideo,
  unpublishVideo,
  receiveVideoFrom,
  unsubscribeFromVideo,
  prepareReceiveVideoFrom,
  onIceCandidate,
  reconnectStream,
  sendMessage,
  streamPropertyChanged,
  forceDisconnect,
  forceUnpublish,
  applyFilter,
  removeFilter,
  execFilterMethod,
  addFilterEventListener,
  removeFilterEventListener,
  videoData,
  subscribeToSpeechToText,
  unsubscribeFromSpeechToText,
  leaveRoom,
  ping,
  echo,
  connect,
  closeSession,
] as const;

export const sessionRequests: readonly RequestType<SessionCall>[] = requests.filter(
  (request) => request.scope === 'session',
);
export const connectionRequests: readonly RequestType<ConnectionCall>[] = requests.filter(
  (request) => request.scope === 'connection',
);

/** The params of each method that are text. */
export const textParams = textParamsOf(requests);
