/** The interface of page/engine.ts for tests. */

export type Role = 'publish' | 'subscribe' | 'both';

export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
}

export interface OfferSettings {
  readonly role: Role;
  /** A codec such as `video/VP8`. Default: all, in the browser's order. */
  readonly codec?: string | undefined;
  /** Width and height of what is published. Default: 320 × 240, which costs least. */
  readonly size?: readonly [width: number, height: number] | undefined;
  /** Frames a second. Default: 15, half of what the camera has. */
  readonly frameRate?: number | undefined;
  /** Opens a data channel of this label; an empty one only asks for data channels. */
  readonly channel?: string | undefined;
  /** Publishes noise, which cannot be compressed, instead of the camera. */
  readonly noise?: boolean | undefined;
  /** Publishes three sizes, as a group SIM of streams in the offer. */
  readonly layers?: boolean | undefined;
  /** Publishes several layers in one stream, as `L3T3`. */
  readonly scalability?: string | undefined;
  /** Offers to describe pictures, or to take that: the dependency descriptor. Browsers leave that to the page. */
  readonly described?: boolean | undefined;
  /** Offers to put these sections on one transport, and each other on one of its own. Default: all on one. */
  readonly bundle?: readonly string[] | undefined;
  /** Payload types that change places in the offer. */
  readonly swapped?: readonly (readonly [one: number, other: number])[] | undefined;
}

export interface PageApi {
  offer(name: string, settings: OfferSettings): Promise<string>;
  answer(name: string, sdp: string): Promise<void>;
  /** Offers the same media over another path: an ICE restart. */
  restart(name: string): Promise<string>;
  /** Answers an offer. Settings for the form of an offer have no effect. */
  accept(name: string, offer: string, settings: OfferSettings): Promise<string>;
  /** Which sizes of the picture are sent, the smallest first. */
  sendLayers(name: string, active: readonly boolean[]): Promise<void>;
  /** Frames that were sent of each size, the smallest first. */
  framesOfLayers(name: string): Promise<number[]>;
  candidate(name: string, candidate: Candidate): Promise<void>;
  stats(name: string): Promise<MediaStats>;
  /** Sends a text over the data channel, or so many bytes. */
  say(name: string, message: string | number): Promise<void>;
  /** What arrived over data channels: label and text, or label and the number of bytes. */
  heard(name: string): Promise<string[]>;
  close(name: string): Promise<void>;
}

export interface MediaStats {
  framesDecoded: number;
  /** Requests for lost packets that a receiver sent or that a sender got. */
  nacks: number;
  /** The number of packets that were sent or received again. */
  repeated: number;
  audioPackets: number;
  width: number;
  currentTime: number;
  /** The target of the encoder in bits a second. */
  sentBitrate: number;
  videoBytesSent: number;
  /** Of what is sent: as `L3T3`. */
  scalability: string;
  available: number;
  streams: number;
  state: string;
  /** Transports over which something came. */
  transports: number;
  /** Of video, in the direction there is. */
  codec: { mimeType: string; payloadType: number } | undefined;
  /** ms, of the browser's clock. */
  at: number;
}
