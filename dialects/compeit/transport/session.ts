import type { IncomingHttpHeaders } from 'node:http';
import type { DoorFigures } from '../../../transport/door-figures.js';
import type { Account } from '../../../transport/gate/account.js';
import { Patience } from '../../../transport/gate/patience.js';
import type { Place } from '../../../transport/gate/places.js';
import type { Carrier, CarrierOwner, TransportLimits } from './carrier.js';
import { Outgoing } from './outgoing.js';
import type { Packet } from './packet.js';
import {
  ackPacket,
  connectPacket,
  decodeEvent,
  decodePacket,
  rootConnect,
  rootDisconnect,
  unauthorizedPacket,
} from './packet.js';

/** What a client sent in its handshake. Later requests do not change it (docs/protocols/compeit.md#21-paths). */
export interface Handshake {
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** IP address. */
  readonly address: string;
}

/** The client of a session, as the gate knows it. */
export interface Visitor {
  /** IP address. */
  readonly address: string;
  readonly account: Account;
  readonly place: Place;
  readonly figures: DoorFigures;
}

/** A namespace of one session, for the application. */
export interface NamespaceSocket {
  readonly handshake: Handshake;
  send(packet: Outgoing): void;
  /**
   * Ends the whole session, so that the client does not reconnect
   * (docs/protocols/compeit.md#28-ending-and-coming-back).
   */
  dismiss(): void;
}

/** The application's side of a namespace of one session. Must not throw. */
export interface NamespaceListener {
  /** The client has connected to the namespace, for the first time or again. */
  connected(): void;
  event(name: string, args: readonly unknown[]): void;
  /** The client has spent its budget; it is told so, and the session ends. */
  overBudget(): void;
  /** The namespace or the session has ended; called once, as the last call. */
  closed(reason: string): void;
}

export type Accept = (socket: NamespaceSocket) => NamespaceListener;

/** How much longer a session without packets stays than its socket would, in ms. */
const socketFirstMs = 100;

/**
 * One client of Socket.IO revision 1, from its handshake to its end. A session cannot be resumed
 * (docs/protocols/compeit.md#24-websocket).
 */
export class Session implements CarrierOwner {
  readonly id: string;
  readonly visitor: Visitor;
  readonly #handshake: Handshake;
  readonly #namespaces: ReadonlyMap<string, Accept>;
  readonly #forget: () => void;
  readonly #listeners = new Map<string, NamespaceListener>();
  readonly #firstRequestMs: number;
  /** For the transport, later for the first packet. */
  #expiry: Patience;
  #carrier: Carrier | undefined;
  #over = false;

  /** @param forget called once, when no more requests of this session are expected */
  constructor(
    id: string,
    visitor: Visitor,
    handshake: Handshake,
    namespaces: ReadonlyMap<string, Accept>,
    { handshakeMs, firstRequestMs }: Pick<TransportLimits, 'handshakeMs' | 'firstRequestMs'>,
    forget: () => void,
  ) {
    this.id = id;
    this.visitor = visitor;
    this.#handshake = handshake;
    this.#namespaces = namespaces;
    this.#forget = forget;
    this.#firstRequestMs = firstRequestMs;
    this.#expiry = new Patience(handshakeMs, () => {
      this.connectionLost('never opened');
    });
  }

  /** Undefined until the session is opened. */
  get carrier(): Carrier | undefined {
    return this.#carrier;
  }

  /** Called once, by the door. */
  open(carrier: Carrier): void {
    this.#expiry.stop();
    // A WebSocket is closed before that, with the reason.
    this.#expiry = new Patience(this.#firstRequestMs + socketFirstMs, () => {
      this.connectionLost('no packet came');
    });
    this.#carrier = carrier;
    carrier.send(new Outgoing(rootConnect));
  }

  get account(): Account {
    return this.visitor.account;
  }

  get figures(): DoorFigures {
    return this.visitor.figures;
  }

  get address(): string {
    return this.visitor.address;
  }

  overBudget(): void {
    for (const listener of this.#listeners.values()) listener.overBudget();
  }

  receive(text: string): void {
    this.#expiry.stop();
    this.visitor.place.introduced();
    const packet = this.#over ? undefined : decodePacket(text);
    if (packet) this.#handle(packet);
  }

  connectionLost(reason: string): void {
    this.#end(reason, true);
  }

  /** Called by the server. Packets that are due are still delivered. */
  end(reason: string): void {
    this.#end(reason, false);
  }

  /** Runs the leave procedure at once. May be called twice. */
  #end(reason: string, isGone: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#expiry.stop();
    for (const endpoint of [...this.#listeners.keys()]) this.#close(endpoint, reason);
    if (this.#carrier) this.#carrier.close(this.#forget, isGone);
    else this.#forget();
  }

  #handle(packet: Packet): void {
    switch (packet.type) {
      case 'disconnect':
        if (packet.endpoint === '') this.connectionLost('the client disconnected');
        else this.#close(packet.endpoint, 'the client left the namespace');
        return;
      case 'connect':
        this.#connect(packet.endpoint);
        return;
      case 'event':
      case 'message':
      case 'json':
        this.#deliver(packet);
        return;
      case 'heartbeat':
      case 'ack':
      case 'error':
      case 'noop':
        return;
    }
  }

  #connect(endpoint: string): void {
    const accept = this.#namespaces.get(endpoint);
    if (!accept && endpoint !== '') {
      this.#send(unauthorizedPacket(endpoint));
      return;
    }
    this.#send(connectPacket(endpoint));
    if (!accept) return;
    let listener = this.#listeners.get(endpoint);
    if (!listener) {
      listener = accept(this.#socket());
      this.#listeners.set(endpoint, listener);
    }
    listener.connected();
  }

  #deliver(packet: Packet): void {
    const listener = this.#listeners.get(packet.endpoint);
    if (!listener && packet.endpoint !== '') return;
    const event = packet.type === 'event' ? decodeEvent(packet.data) : undefined;
    if (packet.type === 'event' && !event) return;
    const wantsAck = packet.id !== '';
    if (wantsAck && !packet.ackWithData) this.#send(ackPacket(packet));
    if (event) listener?.event(event.name, event.args);
    if (wantsAck && packet.ackWithData) this.#send(ackPacket(packet));
  }

  #socket(): NamespaceSocket {
    return {
      handshake: this.#handshake,
      send: (packet) => {
        if (!this.#over) this.#carrier?.send(packet);
      },
      dismiss: () => {
        this.#send(rootDisconnect);
        this.end('dismissed');
      },
    };
  }

  #close(endpoint: string, reason: string): void {
    const listener = this.#listeners.get(endpoint);
    this.#listeners.delete(endpoint);
    listener?.closed(reason);
  }

  #send(text: string): void {
    if (!this.#over) this.#carrier?.send(new Outgoing(text));
  }
}
