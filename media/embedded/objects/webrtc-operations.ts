import { z } from 'zod';
import { settingsOperations } from './endpoint-settings.js';
import { KurentoError } from './kurento-error.js';
import { elementEvents, mediaElementOperations } from './element-operations.js';
import type { DataChannels } from './data-channels.js';
import type { ObjectClass } from './media-object.js';
import { complex } from './media-object.js';
import type { Operations } from './operations.js';
import { operation, property } from './operations.js';
import type { Params } from './parameters.js';
import { double, flag, iceCandidate, integer, text } from './parameters.js';
import type { WebRtcEndpoint } from './webrtc-endpoint.js';

export const webRtcEndpointClass: ObjectClass = {
  type: 'WebRtcEndpoint',
  hierarchy: ['BaseRtpEndpoint', 'SdpEndpoint', 'SessionEndpoint', 'Endpoint', 'MediaElement', 'MediaObject'],
  events: new Set([
    ...elementEvents,
    'MediaSessionStarted',
    'MediaSessionTerminated',
    'MediaStateChanged',
    'ConnectionStateChanged',
    'IceCandidateFound',
    'IceGatheringDone',
    'IceComponentStateChanged',
    'NewCandidatePairSelected',
    'DtlsConnectionStateChange',
    'DataChannelOpened',
    'DataChannelClosed',
    // Of this engine alone.
    'LayersWanted',
  ]),
};

const rembParams = z.object({
  packetsRecvIntervalTop: integer.optional(),
  exponentialFactor: double.optional(),
  linealFactorMin: integer.optional(),
  linealFactorGrade: double.optional(),
  decrementFactor: double.optional(),
  thresholdFactor: double.optional(),
  upLosses: integer.optional(),
  rembOnConnect: integer.optional(),
});

/**
 * A kind that is false is left out of the offer, also in what the endpoint sends
 * (docs/protocols/kurento-media.md#72-negotiation).
 */
const offerOptions = z.object({ offerToReceiveAudio: flag.optional(), offerToReceiveVideo: flag.optional() });

const defaultRembParams = {
  decrementFactor: 0.5,
  exponentialFactor: 0.04,
  linealFactorGrade: 30,
  linealFactorMin: 100,
  packetsRecvIntervalTop: 100,
  thresholdFactor: 0.8,
  upLosses: 12,
  rembOnConnect: 0,
};

function dataChannelsOf(self: WebRtcEndpoint): DataChannels {
  if (!self.data) throw new KurentoError(40111, 'Data channels are not supported');
  return self.data;
}

const dataChannel = {
  label: text.optional(),
  ordered: flag.optional(),
  maxPacketLifeTime: integer.optional(),
  maxRetransmits: integer.optional(),
  protocol: text.optional(),
};

/** Negative limits stand for no limit (docs/protocols/kurento-media.md#72-negotiation). */
function positive({ maxPacketLifeTime, maxRetransmits, ...options }: Omit<Params<typeof dataChannel>, 'label'>) {
  const limit = (value: number | undefined): number | undefined =>
    value !== undefined && value >= 0 ? value : undefined;
  return { ...options, maxPacketLifeTime: limit(maxPacketLifeTime), maxRetransmits: limit(maxRetransmits) };
}

/** What the client wants of the picture that it is sent. Sound and picture that it does not want are disconnected. */
const receiverWish = z.object({
  maxLayer: integer.optional(),
  width: integer.optional(),
  height: integer.optional(),
  maxFrameRate: z.number().optional(),
  priority: z.number().optional(),
  receiver: text.optional(),
});

/** Operations of a WebRtcEndpoint (docs/protocols/kurento-media.md#7-webrtcendpoint). */
export const webRtcEndpointOperations: Operations<WebRtcEndpoint> = {
  ...mediaElementOperations,
  ...settingsOperations,
  processOffer: operation({ offer: text }, (self: WebRtcEndpoint, { offer }) => self.negotiation.processOffer(offer)),
  processRestartOffer: operation({ offer: text }, (self: WebRtcEndpoint, { offer }) =>
    self.negotiation.processRestartOffer(offer),
  ),
  gatherCandidates: operation({}, (self: WebRtcEndpoint) => {
    self.gatherCandidates();
  }),
  addIceCandidate: operation({ candidate: iceCandidate }, (self: WebRtcEndpoint, { candidate }) => {
    self.addIceCandidate(candidate);
  }),
  generateOffer: operation({ options: offerOptions.optional() }, (self: WebRtcEndpoint, { options = {} }) => {
    const { offerToReceiveAudio = true, offerToReceiveVideo = true } = options;
    const kinds = [
      ...(offerToReceiveAudio ? ['audio' as const] : []),
      ...(offerToReceiveVideo ? ['video' as const] : []),
    ];
    return self.negotiation.generateOffer(kinds);
  }),
  processAnswer: operation({ answer: text }, (self: WebRtcEndpoint, { answer }) =>
    self.negotiation.processAnswer(answer),
  ),
  getLocalSessionDescriptor: operation({}, (self: WebRtcEndpoint) => {
    if (self.negotiation.localSdp === undefined) throw new KurentoError(40202, 'No local SDP');
    return self.negotiation.localSdp;
  }),
  getRemoteSessionDescriptor: operation({}, (self: WebRtcEndpoint) => {
    if (self.negotiation.remoteSdp === undefined) throw new KurentoError(40203, 'No remote SDP');
    return self.negotiation.remoteSdp;
  }),
  requestKeyframe: operation({}, (self: WebRtcEndpoint) => {
    const source = self.source('VIDEO');
    if (!source) throw new KurentoError(40111, 'The endpoint receives no video');
    source.provideKeyframe();
  }),
  // No Kurento Media Server has these two: its pictures come in one size.
  setReceiverWish: operation({ wish: receiverWish }, (self: WebRtcEndpoint, { wish }) => {
    self.wants(wish);
  }),
  getLayersWanted: operation({}, (self: WebRtcEndpoint) => self.layersWanted),
  createDataChannel: operation(dataChannel, (self: WebRtcEndpoint, { label = '', ...options }) => {
    dataChannelsOf(self);
    if (!self.openChannel({ label, ...positive(options) })) {
      throw new KurentoError(40111, 'There is no connection for data channels yet');
    }
  }),
  closeDataChannel: operation({ channelId: integer }, (self: WebRtcEndpoint, { channelId }) => {
    const channel = dataChannelsOf(self).find(channelId);
    if (!channel) throw new KurentoError(40111, `There is no data channel ${channelId}`);
    channel.close();
  }),
  ...property('mediaState', text, (self: WebRtcEndpoint) => self.mediaState),
  ...property('connectionState', text, (self: WebRtcEndpoint) => self.states.connection),
  ...property('ICECandidatePairs', text, (self: WebRtcEndpoint) => self.states.candidatePairs()),
  ...property('iceConnectionState', text, (self: WebRtcEndpoint) => self.states.iceConnections()),
  ...property('dtlsConnectionState', text, (self: WebRtcEndpoint) => self.states.dtlsConnections()),
  ...property(
    'rembParams',
    rembParams,
    (self: WebRtcEndpoint) => complex('RembParams', self.remb),
    (self, given) => {
      self.remb = { ...defaultRembParams, ...self.remb, ...given };
    },
  ),
};
