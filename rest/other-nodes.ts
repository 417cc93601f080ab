import type { Classes } from './metrics/metric.js';
import type { Component } from './schemas.js';
import { Problem } from './problem.js';
import type { ListedRoom } from './listed-room.js';

/** What this node does in the cluster. Numbers of what has happened are since the start. */
export interface NodeFigures {
  readonly rooms: number;
  readonly framesRelayed: number;
  readonly resent: number;
  readonly gaps: number;
  readonly fenced: number;
  /** By cause. */
  readonly takeovers: Readonly<Record<string, number>>;
  readonly frozenSeconds: number;
  readonly logBytes: number;
  readonly droppedMessages: number;
  readonly commits: Classes;
  readonly takeoverTimes: Classes;
}

/** The other nodes of a cluster, as far as REST needs them. */
export interface OtherNodes {
  /** The rooms that other nodes own, at most a second old, in any order. @throws Problem `room-unreachable` */
  rooms(): Promise<readonly ListedRoom[]>;
  /** Whether this node may act: not while it waits for Redis. */
  readonly isUp: boolean;
  /**
   * Has a request answered by the node that owns a room. Undefined: nobody owns it, or this node does.
   * @param room its key. @throws Problem `room-unreachable`
   */
  ask(room: string, request: string): Promise<string | undefined>;
  /** All nodes, this one first. */
  nodes(): Component<'Cluster'>;
  readonly figures: NodeFigures;
}

/** The node that has a room does not answer, or Redis does not. */
export function unreachable(why: string): Problem {
  return new Problem('room-unreachable', why, { 'Retry-After': '2' });
}
