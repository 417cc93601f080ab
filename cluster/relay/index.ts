import type { Asks } from '../asks.js';
import { Counts } from '../counts.js';
import type { Clock } from '../clock.js';
import type { Log } from '../../log.js';
import type { RelayDialect, WireFrame } from '../port.js';
import type { Message } from './messages.js';
import { Gateways } from './gateways.js';
import type { GatewaysContext } from './gateways.js';
import { Owners } from './owner.js';
import type { OwnersContext } from './owner.js';
import type { Post, PostListener } from './post.js';

export interface RelaySettings {
  readonly nodeId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly post: (listener: PostListener) => Post & { receive(text: string): void };
  readonly textOf: (frame: WireFrame) => string;
  readonly frameOf: (text: string) => WireFrame;
  readonly dialect: RelayDialect;
  readonly isUp: () => boolean;
  readonly isAlive: (node: string) => boolean;
  readonly own: OwnersContext['own'];
  readonly ownGiven: OwnersContext['ownGiven'];
  /** Another node is to get a room of this node. */
  readonly wanted: (hash: string, by: string | undefined) => void;
  readonly owns: OwnersContext['owns'];
  readonly unused: (room: string) => void;
  readonly find: GatewaysContext['find'];
  readonly openAt?: GatewaysContext['openAt'];
  readonly moved: GatewaysContext['moved'];
  readonly logAfter: GatewaysContext['logAfter'];
  readonly roomOf: GatewaysContext['roomOf'];
  readonly isSettling?: GatewaysContext['isSettling'];
  readonly region?: GatewaysContext['region'];
  /** Default: nothing is counted. */
  readonly counts?: Counts | undefined;
  /** What nodes ask each other about rooms. */
  readonly asks?: Pick<Asks, 'receive'> | undefined;
  /** Nobody listened at that node. */
  readonly deaf: (node: string) => void;
}

const tickMs = 1_000;

/** The lines between clients of this node and sessions anywhere, and between sessions of this node and clients anywhere. */
export class Relay implements PostListener {
  readonly gateways: Gateways;
  readonly owners: Owners;
  readonly post: ReturnType<RelaySettings['post']>;
  readonly #settings: RelaySettings;
  #stop: () => void;

  constructor(settings: RelaySettings) {
    this.#settings = settings;
    const post = (this.post = settings.post(this));
    const { find, counts = new Counts() } = settings;
    this.gateways = new Gateways({ ...settings, post, counts });
    this.owners = new Owners({ ...settings, post, counts, ownerOf: find });
    const tick = (): void => {
      this.owners.tick();
      this.gateways.tick();
      this.#stop = settings.clock.later(tickMs, tick);
    };
    this.#stop = settings.clock.later(tickMs, tick);
  }

  /** What is there now. For metrics, and for tests that nothing is left. */
  get counts(): { readonly rooms: number; readonly lines: number; readonly sessions: number } {
    return { rooms: this.gateways.rooms, lines: this.gateways.lines, sessions: this.owners.sessions };
  }

  heard(message: Message): void {
    if (message.t === 'req') this.owners.receive(message);
    else if (message.t === 'w') this.owners.written(message);
    else if (message.t === 'given') this.owners.given(message.r);
    else if (message.t === 'wanted') this.#settings.wanted(message.r, message.by);
    else if (message.t === 'ask' || message.t === 'answer') this.#settings.asks?.receive(message);
    else this.gateways.receive(message);
  }

  deaf(node: string): void {
    this.gateways.deaf(node);
    this.#settings.deaf(node);
  }

  /** A node is dead. */
  died(node: string): void {
    this.owners.died(node);
    this.gateways.deaf(node);
  }

  /** This node may act again. */
  up(): void {
    this.owners.up();
    this.gateways.up();
  }

  close(): void {
    this.#stop();
    this.gateways.close();
  }
}
