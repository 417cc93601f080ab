import type { Component } from './schemas.js';
import { Problem } from './problem.js';
import type { ListedRoom } from './listed-room.js';

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
}

/** The node that has a room does not answer, or Redis does not. */
export function unreachable(why: string): Problem {
  return new Problem('room-unreachable', why, { 'Retry-After': '2' });
}
