import type { CodecName, RtpKind } from './codec.js';
import { codecs } from './codec.js';
import type { AgreedCodec, AgreedSection, SourceCodecs } from './agreement.js';
import type { Direction } from './description.js';
import { feedbackFor } from './negotiation.js';

/** What an endpoint offers. */
export interface Proposal {
  readonly kinds: readonly RtpKind[];
  /** Of every section of media, seen from our side. */
  readonly direction: Direction;
  /** The codec of what will be sent, where it is known: it is offered first. */
  readonly sources: SourceCodecs;
  /** What the other side may send, in kbit/s, 0 for no limit. */
  readonly limits: Readonly<Record<RtpKind, number>>;
  readonly data: boolean;
}

/** Payload types of our offers, and of what is sent again (RFC 4588), and the profile where there are several. */
const offeredCodecs: Readonly<Record<CodecName, { type: number; repair?: number; parameters: string }>> = {
  opus: { type: 111, parameters: 'minptime=10;useinbandfec=1' },
  VP8: { type: 96, repair: 97, parameters: '' },
  H264: {
    type: 102,
    repair: 103,
    parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  },
  VP9: { type: 98, repair: 99, parameters: 'profile-id=0' },
};

const transportExtensionId = 3;
const protocol = 'UDP/TLS/RTP/SAVPF';

/** The sections of an offer, named as a Kurento Media Server names them (§7.2). */
export function propose({ kinds, direction, sources, limits, data }: Proposal): AgreedSection[] {
  const receives = direction === 'sendrecv' || direction === 'recvonly';
  const media = kinds.map((kind, index): AgreedSection => ({
    offered: { index, media: kind, protocol, formats: '', mid: `${kind}0`, reducedSize: true },
    media: {
      kind,
      direction,
      codecs: codecs
        .filter((codec) => codec.kind === kind)
        .sort((one, other) => Number(other.name === sources[kind]) - Number(one.name === sources[kind]))
        .map((codec): AgreedCodec => {
          const { type, repair, parameters } = offeredCodecs[codec.name];
          const feedback = feedbackFor(kind, receives);
          return { codec, payloadType: type, parameters, feedback, repairType: repair };
        }),
      transportExtension: receives ? transportExtensionId : 0,
      limit: receives ? limits[kind] : 0,
    },
  }));
  if (!data) return media;
  const [sctp, formats, mid] = ['UDP/DTLS/SCTP', 'webrtc-datachannel', 'application0'];
  const application: AgreedSection = {
    offered: { index: media.length, media: 'application', protocol: sctp, formats, mid, reducedSize: false },
    media: undefined,
    data: { sctpPort: 5000, maxMessageSize: 65_536 },
  };
  return [...media, application];
}
