import type { Codec, RtpKind } from '../codecs/codec.js';
import type { RemoteDescription } from './description.js';
import type { Direction } from './direction.js';
import type { OfferedSection } from './sdp-reader.js';
import type { StreamGroups } from './stream-groups.js';

/** Header extension that numbers all packets of a transport, for congestion control by the sender. */
export const transportExtension = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

/** Header extension that says how loud the sound of a packet is (RFC 6464). */
export const levelExtension = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
/** Header extensions that name the layer of a packet, and of a retransmission (RFC 8852). */
export const nameExtension = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
export const repairNameExtension = 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id';

/** The protocol of data channels in the drafts before RFC 8841, whose port stands in `a=sctpmap`. */
export const mappedProtocol = 'DTLS/SCTP';

/** What both sides of one endpoint do, section by section. */
export interface Agreement {
  readonly sections: readonly AgreedSection[];
  /** What carries the sections that are served, in the order of these. There is one at least. */
  readonly transports: readonly AgreedTransport[];
}

export interface AgreedTransport {
  readonly remote: RemoteDescription;
  /** Undefined when it carries no data channels. */
  readonly data: AgreedData | undefined;
}

export interface AgreedSection {
  /** What the answer repeats from the offer. */
  readonly offered: Pick<
    OfferedSection,
    | 'index'
    | 'media'
    | 'protocol'
    | 'formats'
    | 'mid'
    | 'bundled'
    | 'reducedSize'
    | 'rtcpPort'
    | 'trickle'
    | 'streamSemantics'
  >;
  /** Place of its transport in `transports`; undefined: it has none. A refused section of a group has that of the group. */
  readonly transport: number | undefined;
  /** Undefined when the section is refused, or is for data. */
  readonly media: AgreedMedia | undefined;
  /** Undefined when the section is refused, or is for media. */
  readonly data?: AgreedData;
}

/** A section of audio or video that is served. */
export interface AgreedMedia {
  readonly kind: RtpKind;
  /** Seen from our side. */
  readonly direction: Direction;
  /** One codec when we receive. When we only send, all that both sides know, and the source's first. */
  readonly codecs: readonly AgreedCodec[];
  /** Id of `transportExtension` in what comes in; 0: not negotiated. */
  readonly transportExtension: number;
  /** The same in what we send. */
  readonly sentExtension: number;
  /** Id of `levelExtension`, of audio that the other side sends; 0 or undefined: not negotiated. */
  readonly levelExtension?: number;
  /** `Codec.descriptor` of the first codec; undefined: not negotiated. */
  readonly descriptor?: AgreedDescriptor;
  /** The other side sends the picture in several sizes, whose packets bear names; undefined: it does not. */
  readonly simulcast?: AgreedSimulcast;
  /** How the streams of the other side belong together; undefined in our offer. */
  readonly groups?: StreamGroups;
  /** In our offer only: what the other side may send, in kbit/s; 0 or undefined: no limit. */
  readonly limit?: number;
}

/** Ids of a header extension; 0: not negotiated for that way. */
export interface AgreedDescriptor {
  readonly name: string;
  readonly received: number;
  readonly sent: number;
}

/** RFC 8853. */
export interface AgreedSimulcast {
  /** In the order of the description. */
  readonly names: readonly string[];
  /** Id of the extension that names the layer of a packet. */
  readonly nameExtension: number;
  /** The same of a retransmission; 0: not negotiated. */
  readonly repairExtension: number;
}

export interface AgreedCodec {
  readonly codec: Codec;
  readonly payloadType: number;
  /** The text of `a=fmtp`; empty: none. */
  readonly parameters: string;
  /** Texts of `a=rtcp-fb`, as `nack pli`. */
  readonly feedback: readonly string[];
  /** Payload type of retransmissions (RFC 4588); undefined: a lost packet is sent again as it was. */
  readonly repairType: number | undefined;
  /** Undefined or missing: no packet has copies of earlier ones. */
  readonly redundancy?: AgreedRedundancy | undefined;
}

/** Packets with copies of earlier ones (RED, RFC 2198). */
export interface AgreedRedundancy {
  readonly payloadType: number;
  /** The text of `a=fmtp`: the payload type of each part. */
  readonly parameters: string;
  /** The other side has it before the codec itself: it wants to get it, and to send it. Otherwise it can read it. */
  readonly isPreferred: boolean;
}

/** Data channels (RFC 8841). */
export interface AgreedData {
  readonly sctpPort: number;
  /** The longest message the other side takes, in bytes. */
  readonly maxMessageSize: number;
}

/** The codec of what the endpoint will send, by kind; undefined: not known yet. */
export type SourceCodecs = Readonly<Record<RtpKind, Codec | undefined>> & {
  /** The parameters of that video (the text of its `a=fmtp`); undefined: not known. */
  readonly videoParameters?: string | undefined;
};
