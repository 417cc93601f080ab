/** What page/engine.ts offers to the test that loads it. */

export type Role = 'publish' | 'subscribe' | 'both';

export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
}

export interface PageApi {
  offer(name: string, role: Role, codec: string): Promise<string>;
  answer(name: string, sdp: string): Promise<void>;
  candidate(name: string, candidate: Candidate): Promise<void>;
  stats(name: string): Promise<MediaStats>;
  close(name: string): Promise<void>;
}

export interface MediaStats {
  framesDecoded: number;
  audioPackets: number;
  width: number;
  currentTime: number;
  sentBitrate: number;
  available: number;
  streams: number;
  state: string;
}
