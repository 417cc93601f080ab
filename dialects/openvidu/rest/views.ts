import type { OvConnection } from '../model/ov-connection.js';
import { unknownPlace } from '../model/ov-session.js';
import type { OvSession } from '../model/ov-session.js';
import { recordingPropertiesView } from '../model/recording-properties.js';
import type { OvStream } from '../model/stream.js';
import { tokenAddress } from './site.js';

/** @param hasPending with those that nobody has used. @param site for tokens */
export function sessionView(session: OvSession, hasPending: boolean, site: string) {
  const { id, createdAt, properties, isRecorded, active, pending } = session;
  const { mediaMode, recordingMode, defaultRecordingProperties, customSessionId } = properties;
  const { forcedVideoCodec, allowTranscoding } = properties;
  return {
    ...{ id, object: 'session', sessionId: id, createdAt, recording: isRecorded, broadcasting: false },
    ...{ mediaMode, recordingMode },
    defaultRecordingProperties: recordingPropertiesView(defaultRecordingProperties),
    ...{ customSessionId, forcedVideoCodec, allowTranscoding },
    connections: listView([...active, ...(hasPending ? pending : [])].map((each) => connectionView(each, id, site))),
  };
}

export function listView<Item>(content: readonly Item[]) {
  return { numberOfElements: content.length, content };
}

export function connectionView(connection: OvConnection, sessionId: string, site: string) {
  const { id, createdAt, isPending, isStranger, isRecorded, role, token, serverData, kurentoOptions } = connection;
  return {
    ...{ id, object: 'connection', status: isPending ? 'pending' : 'active', connectionId: id, sessionId, createdAt },
    ...{ type: 'WEBRTC', record: isRecorded, role, kurentoOptions: kurentoOptions ?? null },
    customIceServers: connection.customIceServers,
    ...{ rtspUri: null, adaptativeBitrate: null, onlyPlayWithSubscribers: null, networkCache: null },
    serverData,
    token: isStranger || token === undefined ? null : tokenAddress(site, sessionId, token),
    ...(isPending ? nothingYet : activityView(connection)),
  };
}

const nothingYet = {
  ...{ activeAt: null, location: null, ip: null, platform: null, clientData: null },
  ...{ publishers: null, subscribers: null },
};

function activityView(connection: OvConnection) {
  const { activeAt, activity, clientData, participant, stream } = connection;
  return {
    ...{ activeAt, location: unknownPlace, ip: activity?.ip ?? participant?.bearer.address ?? '' },
    platform: activity?.platform ?? participant?.attributes.dialect ?? '',
    clientData,
    publishers: stream ? [publisherView(stream)] : [],
    subscribers: [...connection.receptions].map(({ stream: { id: streamId }, createdAt }) => ({ createdAt, streamId })),
  };
}

function publisherView(stream: OvStream) {
  const { createdAt, id: streamId, hasAudio, hasVideo, audioActive, videoActive, filter = {} } = stream;
  const { typeOfVideo, frameRate, videoDimensions } = stream;
  return {
    ...{ createdAt, streamId },
    mediaOptions: {
      hasAudio,
      ...(hasAudio && { audioActive }),
      hasVideo,
      ...(hasVideo && { videoActive, typeOfVideo, frameRate, videoDimensions }),
      filter,
    },
  };
}
