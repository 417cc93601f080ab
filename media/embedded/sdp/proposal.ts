import type { RtpKind } from '../codecs/codec.js';
import type { AgreedCodec, AgreedSection, SourceCodecs } from './agreement.js';
import type { Direction } from './direction.js';
import { receives, sends } from './direction.js';
import { codecsFor, usedFeedback } from './negotiation.js';

/** What an endpoint offers. */
export interface Proposal {
  readonly kinds: readonly RtpKind[];
  /** Direction of every media section, seen from our side. */
  readonly direction: Direction;
  /** The source's codec is offered first. */
  readonly sources: SourceCodecs;
  /** What the other side may send, in kbit/s; 0: no limit. */
  readonly limits: Readonly<Record<RtpKind, number>>;
  readonly data: boolean;
}

const transportExtensionId = 3;
const levelExtensionId = 1;
const protocol = 'UDP/TLS/RTP/SAVPF';
const everything = { bundled: true, reducedSize: false, rtcpPort: true, trickle: true, streamSemantics: true };

/**
 * The sections of an offer. Their mids are those of a Kurento Media Server
 * (docs/protocols/kurento-media.md#72-negotiation).
 */
export function propose({ kinds, direction, sources, limits, data }: Proposal): AgreedSection[] {
  const weReceive = receives(direction);
  const media = kinds.map((kind, index): AgreedSection => ({
    offered: { ...everything, index, media: kind, protocol, formats: '', mid: `${kind}0`, reducedSize: true },
    transport: 0,
    media: {
      kind,
      direction,
      codecs: codecsFor(kind, weReceive, sources[kind]).map((codec): AgreedCodec => {
        const { payloadType, parameters, repairType } = codec.offer;
        return { codec, payloadType, parameters, feedback: usedFeedback[kind], repairType };
      }),
      transportExtension: weReceive ? transportExtensionId : 0,
      sentExtension: sends(direction) ? transportExtensionId : 0,
      levelExtension: weReceive && kind === 'audio' ? levelExtensionId : 0,
      limit: weReceive ? limits[kind] : 0,
    },
  }));
  if (!data) return media;
  const [sctp, formats, mid] = ['UDP/DTLS/SCTP', 'webrtc-datachannel', 'application0'];
  const application: AgreedSection = {
    offered: { ...everything, index: media.length, media: 'application', protocol: sctp, formats, mid },
    transport: 0,
    media: undefined,
    data: { sctpPort: 5000, maxMessageSize: 65_536 },
  };
  return [...media, application];
}
