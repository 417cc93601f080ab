/** Between the bench and the process that makes the load. */

export type LoadCommand =
  /** A WebRTC client that sends video in so many sizes, or receives it (0). Answered by `offer`. */
  | { readonly type: 'open'; readonly peer: number; readonly layers: number }
  /** The address that clients use from now on, in place of 127.0.0.1. */
  | { readonly type: 'address'; readonly address: string }
  | { readonly type: 'answer'; readonly peer: number; readonly sdp: string }
  /** A WebRTC client that receives what is offered. Answered by `answered`. */
  | { readonly type: 'offered'; readonly peer: number; readonly sdp: string }
  | { readonly type: 'candidate'; readonly peer: number; readonly candidate: string; readonly mid: string }
  /** Bare sockets instead of clients, for the floor. Each publisher sends to `port`. Answered by `sockets`. */
  | { readonly type: 'sockets'; readonly port: number; readonly publishers: number; readonly receivers: number }
  /** All senders send for a while. Answered by `ran`. */
  | { readonly type: 'run'; readonly packetsPerSecond: number; readonly ms: number };

export type LoadReport =
  | { readonly type: 'ready' }
  | { readonly type: 'offer'; readonly peer: number; readonly sdp: string }
  /** With all candidates. */
  | { readonly type: 'answered'; readonly peer: number; readonly sdp: string }
  /** A candidate of the other side, for the client. */
  | { readonly type: 'candidate'; readonly peer: number; readonly candidate: string; readonly mid: string }
  /** The client is connected, or will never be. */
  | { readonly type: 'settled'; readonly peer: number; readonly state: 'connected' | 'failed' }
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
