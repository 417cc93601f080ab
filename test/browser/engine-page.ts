/** What page/engine.ts offers to the test that loads it. */

export type Role = 'publish' | 'subscribe' | 'both';

export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
}

export interface OfferSettings {
  readonly role: Role;
  /** As in `video/VP8`; default: all, in the browser's order. */
  readonly codec?: string | undefined;
  /** Width and height of what is published. Default: 640 × 480. */
  readonly size?: readonly [width: number, height: number] | undefined;
  /** Frames a second. Default: as the camera likes. */
  readonly frameRate?: number | undefined;
  /** Opens a data channel of this label; an empty one only asks for data channels. */
  readonly channel?: string | undefined;
  /** Pictures that no encoder can make small, in place of the camera. */
  readonly noise?: boolean | undefined;
  /** Payload types that change places in the offer. */
  readonly swapped?: readonly (readonly [one: number, other: number])[] | undefined;
}

export interface PageApi {
  offer(name: string, settings: OfferSettings): Promise<string>;
  answer(name: string, sdp: string): Promise<void>;
  /** The answer to an offer; what is in the settings about the form of an offer has no effect. */
  accept(name: string, offer: string, settings: OfferSettings): Promise<string>;
  candidate(name: string, candidate: Candidate): Promise<void>;
  stats(name: string): Promise<MediaStats>;
  /** Says a text over the data channel, or so many bytes. */
  say(name: string, message: string | number): Promise<void>;
  /** What came over data channels: label and text, or label and how many bytes. */
  heard(name: string): Promise<string[]>;
  close(name: string): Promise<void>;
}

export interface MediaStats {
  framesDecoded: number;
  /** Requests for lost packets: of a receiver those it made, of a sender those it got. */
  nacks: number;
  /** Packets that were sent, or received, once more. */
  repeated: number;
  audioPackets: number;
  width: number;
  currentTime: number;
  /** Bits a second the encoder is told to make. */
  sentBitrate: number;
  videoBytesSent: number;
  available: number;
  streams: number;
  state: string;
  /** Of video, in the direction there is. */
  codec: { mimeType: string; payloadType: number } | undefined;
  /** ms, of the browser's clock. */
  at: number;
}
