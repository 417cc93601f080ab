import { KurentoError } from './kurento-error.js';
import type { MediaType } from './parameters.js';
import { integer, mediaType, objectId, text } from './parameters.js';
import type { Flow } from '../rtp/flow.js';
import type { RtpKind } from '../codecs/codec.js';
import { MediaElement, mediaTypes, rtpKind } from './media-element.js';
import { mediaObjectOperations } from './media-object.js';
import type { Operations } from './operations.js';
import { operation } from './operations.js';

/** Events of every element (docs/protocols/kurento-media.md#6-common-to-all-objects-and-elements). */
export const elementEvents = [
  'Error',
  'ElementConnected',
  'ElementDisconnected',
  'MediaFlowInStateChanged',
  'MediaFlowOutStateChanged',
  'MediaTranscodingStateChanged',
] as const;

function elementOf(self: MediaElement, id: string): MediaElement {
  const object = self.context.find(id);
  if (object instanceof MediaElement) return object;
  throw new KurentoError(40107, `Object '${id}' is not a media element`);
}

function flowing(flows: Readonly<Record<RtpKind, Flow>>, type: MediaType): boolean {
  const kind = rtpKind(type);
  return kind !== undefined && flows[kind].flowing;
}

const description = text.optional();
const connection = {
  sink: objectId,
  mediaType: mediaType.optional(),
  sourceMediaDescription: description,
  sinkMediaDescription: description,
};
const listing = { mediaType: mediaType.optional(), description };
const flowQuery = { mediaType, sourceMediaDescription: description, sinkMediaDescription: description };

function encoderBitrate(name: 'bitrate' | 'min' | 'max', infix: string): Operations<MediaElement> {
  const parameter = `${infix}EncoderBitrate`.replace(/^./, (letter) => letter.toLowerCase());
  return {
    [`get${infix}EncoderBitrate`]: operation({}, (self: MediaElement) => self.encoder[name]),
    [`set${infix}EncoderBitrate`]: operation({ [parameter]: integer }, (self: MediaElement, params) => {
      self.encoder[name] = params[parameter] ?? 0;
    }),
  };
}

/** Operations of every element (docs/protocols/kurento-media.md#6-common-to-all-objects-and-elements). */
export const mediaElementOperations: Operations<MediaElement> = {
  ...mediaObjectOperations,
  connect: operation(connection, (self: MediaElement, { sink, mediaType: type }) => {
    const element = elementOf(self, sink);
    for (const one of type ? [type] : mediaTypes) self.connect(element, one);
  }),
  disconnect: operation(connection, (self: MediaElement, { sink, mediaType: type }) => {
    const element = elementOf(self, sink);
    for (const one of type ? [type] : mediaTypes) self.disconnect(element, one);
  }),
  getSourceConnections: operation(listing, (self: MediaElement, params) => self.sourceConnections(params.mediaType)),
  getSinkConnections: operation(listing, (self: MediaElement, params) => self.sinkConnections(params.mediaType)),
  getStats: operation({ mediaType: mediaType.optional() }, (self: MediaElement, params) =>
    self.stats(params.mediaType),
  ),
  isMediaFlowingIn: operation(flowQuery, (self: MediaElement, params) => flowing(self.flowsIn, params.mediaType)),
  isMediaFlowingOut: operation(flowQuery, (self: MediaElement, params) => flowing(self.flowsOut, params.mediaType)),
  // This engine decodes nothing.
  isMediaTranscoding: operation({ mediaType, binName: description }, () => false),
  ...encoderBitrate('bitrate', ''),
  ...encoderBitrate('min', 'Min'),
  ...encoderBitrate('max', 'Max'),
  getGstreamerDot: operation({ details: description }, () => 'digraph {}'),
  dumpGstreamerDot: operation({ details: description }, () => null),
};
