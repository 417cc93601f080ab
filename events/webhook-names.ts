import type { ServerEvent } from './server-event.js';

/** Those that webhooks have: not what happens all the time. */
export type WebhookEvent = Exclude<ServerEvent, { readonly type: 'activeSpeakersChanged' }>;

/** What webhooks call each event. Those of LiveKit have its names. */
export const webhookNames = {
  roomStarted: 'room_started',
  roomFinished: 'room_finished',
  participantJoined: 'participant_joined',
  participantLeft: 'participant_left',
  trackPublished: 'track_published',
  trackUnpublished: 'track_unpublished',
  recordingStarted: 'egress_started',
  recordingUpdated: 'egress_updated',
  recordingEnded: 'egress_ended',
  participantUpdated: 'participant_updated',
  participantWaiting: 'participant_waiting',
  participantEvicted: 'participant_evicted',
  roomUpdated: 'room_updated',
  mediaServerDown: 'media_server_down',
  mediaServerUp: 'media_server_up',
} as const satisfies Readonly<Record<WebhookEvent['type'], string>>;

export type WebhookName = (typeof webhookNames)[WebhookEvent['type']];

/** Those that LiveKit has too. */
export const livekitNames: readonly WebhookName[] = [
  webhookNames.roomStarted,
  webhookNames.roomFinished,
  webhookNames.participantJoined,
  webhookNames.participantLeft,
  webhookNames.trackPublished,
  webhookNames.trackUnpublished,
  webhookNames.recordingStarted,
  webhookNames.recordingUpdated,
  webhookNames.recordingEnded,
];
