import type { RtpKind } from '../codecs/codec.js';

/** Hash of a DTLS certificate (RFC 8122 §5). */
export interface Fingerprint {
  /** In lower case: `sha-256`. */
  readonly algorithm: string;
  /** Bytes in upper case hexadecimal, separated by colons. */
  readonly value: string;
}

/** What we need to reach the other side. */
export interface RemoteDescription {
  readonly ufrag: string;
  readonly password: string;
  readonly fingerprint: Fingerprint;
  /** `active`: the other side opens the DTLS association; `passive`: we do (RFC 4145 §4). */
  readonly setup: 'active' | 'passive';
  /** Whether it would open the association too, where it is `passive`. Default: no. */
  readonly mayOpen?: boolean | undefined;
  /** Texts that begin with `candidate:`. */
  readonly candidates: readonly string[];
}

/** What the other side needs to reach us. */
export interface LocalDescription {
  readonly ufrag: string;
  readonly password: string;
  readonly fingerprint: Fingerprint;
  /** `actpass` stands in an offer: the other side chooses. */
  readonly setup: 'active' | 'passive' | 'actpass';
  /** Digits for the origin line of the description. */
  readonly sessionId: string;
}

/** The streams we send, as a description names them. */
export interface SentStreams {
  /** Canonical name in RTCP (RFC 3550 §6.5.1). */
  readonly cname: string;
  /** The receiver puts the audio and the video with this id into one MediaStream (RFC 8830 §2). */
  readonly streamId: string;
  readonly ssrcs: Readonly<Record<RtpKind, number>>;
  /** SSRC of retransmitted video, when the other side takes it on a stream of its own (RFC 4588). */
  readonly repairSsrc: number;
}
