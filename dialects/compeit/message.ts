import { Outgoing } from './transport/outgoing.js';
import { eventPacket } from './transport/packet.js';

/** The namespace of this protocol. */
export const endpoint = '/connection_agent';

/** An event for clients of either transport. For the old transport it is encoded once. */
export class Message {
  readonly name: string;
  readonly args: readonly unknown[];
  #packet: Outgoing | undefined;

  constructor(name: string, ...args: readonly unknown[]) {
    this.name = name;
    this.args = args;
  }

  get packet(): Outgoing {
    this.#packet ??= new Outgoing(eventPacket(endpoint, this.name, this.args));
    return this.#packet;
  }
}
