import type { Component } from './schemas.js';
import type { ListedRoom } from './listed-room.js';

/** The other nodes of a cluster, as far as REST needs them. */
export interface OtherNodes {
  /** The rooms that other nodes own, at most a second old, in any order. @throws Problem `room-unreachable` */
  rooms(): Promise<readonly ListedRoom[]>;
  /** All nodes, this one first. */
  nodes(): Component<'Cluster'>;
}
