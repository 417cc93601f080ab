/** Between the bench and the process that makes the load. */

export type LoadCommand =
  /** A WebRTC client that sends video, or receives it. Answered by `offer`. */
  | { readonly type: 'open'; readonly peer: number; readonly sends: boolean }
  | { readonly type: 'answer'; readonly peer: number; readonly sdp: string }
  | { readonly type: 'candidate'; readonly peer: number; readonly candidate: string; readonly mid: string }
  /** Bare sockets instead of clients, for the floor. Each publisher sends to `port`. Answered by `sockets`. */
  | { readonly type: 'sockets'; readonly port: number; readonly publishers: number; readonly receivers: number }
  /** All senders send for a while. Answered by `ran`. */
  | { readonly type: 'run'; readonly packetsPerSecond: number; readonly ms: number };

export type LoadReport =
  | { readonly type: 'ready' }
  | { readonly type: 'offer'; readonly peer: number; readonly sdp: string }
  | { readonly type: 'candidate'; readonly peer: number; readonly candidate: string; readonly mid: string }
  | { readonly type: 'connected'; readonly peer: number }
  /** The ports of the receivers. */
  | { readonly type: 'sockets'; readonly ports: readonly number[] }
  | ({ readonly type: 'ran' } & Ran);

export interface Ran {
  readonly sent: number;
  readonly received: number;
  /** The ages of received packets, in ms. */
  readonly p50: number;
  readonly p95: number;
}
