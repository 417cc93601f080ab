import { z } from 'zod';
import { settingsOperations } from './endpoint-settings.js';
import { KurentoError } from '../protocol/errors.js';
import { elementEvents, mediaElementOperations } from './media-element.js';
import type { ObjectClass } from './media-object.js';
import { complex } from './media-object.js';
import type { Operations } from './operations.js';
import { operation, property } from './operations.js';
import { double, iceCandidate, integer, text } from '../protocol/parameters.js';
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

const defaultRembParams = {
  decrementFactor: 0.5,
  exponentialFactor: 0.04,
  linealFactorGrade: 30,
  linealFactorMin: 100,
  packetsRecvIntervalTop: 100,
  thresholdFactor: 0.8,
  upLosses: 12,
};

function noDataChannels(): never {
  throw new KurentoError(40111, 'Data channels are not supported');
}

function notImplemented(what: string): never {
  throw new KurentoError(40006, `${what} is not implemented by this media server`);
}

const optionalText = text.optional();

/** Kurento media protocol §7. */
export const webRtcEndpointOperations: Operations<WebRtcEndpoint> = {
  ...mediaElementOperations,
  ...settingsOperations,
  processOffer: operation({ offer: text }, (self: WebRtcEndpoint, { offer }) => self.processOffer(offer)),
  gatherCandidates: operation({}, (self: WebRtcEndpoint) => {
    self.gatherCandidates();
  }),
  addIceCandidate: operation({ candidate: iceCandidate }, (self: WebRtcEndpoint, { candidate }) => {
    self.addIceCandidate(candidate.candidate);
  }),
  generateOffer: operation({}, () => notImplemented('generateOffer')),
  processAnswer: operation({ answer: text }, () => {
    throw new KurentoError(40209, 'Offer not generated. Please call generateOffer first');
  }),
  getLocalSessionDescriptor: operation({}, (self: WebRtcEndpoint) => {
    if (self.localSdp === undefined) throw new KurentoError(40202, 'No local SDP');
    return self.localSdp;
  }),
  getRemoteSessionDescriptor: operation({}, (self: WebRtcEndpoint) => {
    if (self.remoteSdp === undefined) throw new KurentoError(40203, 'No remote SDP');
    return self.remoteSdp;
  }),
  requestKeyframe: operation({}, (self: WebRtcEndpoint) => {
    const source = self.source('VIDEO');
    if (!source) throw new KurentoError(40111, 'The endpoint receives no video');
    source.provideKeyframe();
  }),
  createDataChannel: operation({ label: optionalText, protocol: optionalText }, noDataChannels),
  closeDataChannel: operation({ channelId: integer }, noDataChannels),
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
