import type { Clock } from '../clock.js';
import type { Counts } from '../counts.js';
import type { Log } from '../../log.js';
import type { WireFrame } from '../port.js';
import type { Position } from '../position.js';
import type { LoggedFrame, Owner } from '../room-store.js';
import type { Post } from './post.js';

export interface GatewayContext {
  readonly nodeId: string;
  readonly clock: Pick<Clock, 'now' | 'later'>;
  readonly log: Log;
  readonly post: Post;
  readonly counts: Pick<Counts, 'framesRelayed' | 'gaps' | 'resent'>;
  readonly frameOf: (text: string) => WireFrame;
  /** The owner of a room. Asked again when it may be another one. @throws ClusterError AWAY */
  readonly find: (hash: string) => Promise<Owner | undefined>;
  /** Somebody has said who the owner is. */
  readonly moved: (hash: string, owner: Owner | undefined) => void;
  /** What was told after a position; undefined when the log does not reach back that far. @throws ClusterError AWAY */
  readonly logAfter: (hash: string, after: Position, limit: number) => Promise<readonly LoggedFrame[] | undefined>;
  /**
   * The node that is to open a room. Default: this one.
   * @param wasAsked another node was asked for this room, and has not opened it
   */
  readonly openAt?: ((wasAsked: boolean) => string) | undefined;
  /** Whether a node is not known to be dead. Default: all live. */
  readonly isAlive?: ((node: string) => boolean) | undefined;
  /** Whether this node may act. */
  readonly isUp: () => boolean;
}
