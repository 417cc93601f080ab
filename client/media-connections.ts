import { MediaConnection, type MediaConnectionEvents } from './media-connection.js';
import type { Session } from './session.js';

/** The media connections of one room, by the name of the publisher. Our own publication has our own name. */
export class MediaConnections {
  readonly session: Session;
  #configuration: RTCConfiguration;
  readonly #connections = new Map<string, MediaConnection>();

  constructor(session: Session, configuration: RTCConfiguration) {
    this.session = session;
    this.#configuration = configuration;
  }

  /** For those that are opened from now on, and for the present ones when they gather candidates again. */
  set iceServers(iceServers: RTCIceServer[]) {
    this.#configuration = { ...this.#configuration, iceServers };
    for (const connection of this.#connections.values()) connection.iceServers = iceServers;
  }

  /** Takes the place of an earlier connection of that name. */
  open(name: string, events: MediaConnectionEvents): MediaConnection {
    this.#connections.get(name)?.close();
    const connection = new MediaConnection(name, this.session, this.#configuration, events);
    this.#connections.set(name, connection);
    return connection;
  }

  addCandidate(name: string, candidate: RTCIceCandidateInit): void {
    this.#connections.get(name)?.addCandidate(candidate);
  }

  close(name: string, connection: MediaConnection): void {
    connection.close();
    if (this.#connections.get(name) === connection) this.#connections.delete(name);
  }
}
