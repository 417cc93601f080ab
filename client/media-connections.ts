import { MediaConnection, type MediaConnectionOwner } from './media-connection.js';
import { MediaWatch } from './media-watch.js';
import type { Session } from './session.js';

/** The media connections of one room, by the name of the publisher. Our own publication has our own name. */
export class MediaConnections {
  readonly session: Session;
  #configuration: RTCConfiguration;
  readonly #connections = new Map<string, MediaConnection>();
  readonly #watch = new MediaWatch();

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
  open(name: string, owner: MediaConnectionOwner): MediaConnection {
    const former = this.#connections.get(name);
    if (former) this.close(name, former);
    const connection = new MediaConnection(name, this.session, this.#configuration, owner);
    this.#connections.set(name, connection);
    this.#watch.add(connection);
    return connection;
  }

  addCandidate(name: string, candidate: RTCIceCandidateInit): void {
    this.#connections.get(name)?.addCandidate(candidate);
  }

  close(name: string, connection: MediaConnection): void {
    connection.close();
    this.#watch.remove(connection);
    if (this.#connections.get(name) === connection) this.#connections.delete(name);
  }
}
