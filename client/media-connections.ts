import { MediaConnection, type MediaConnectionOwner } from './media-connection.js';
import type { MediaKind } from './ask.js';
import { MediaWatch } from './media-watch.js';
import { QualityReports } from './quality-report.js';
import type { Session } from './session.js';
import { webcam } from './streams.js';

/** The server takes no more in one report. */
const mostPairs = 64;
/** The server wants to know every 10 s, and the session pings every 5 s. */
const qualityEveryMs = 9000;

/** The media connections of one room, by the name of the publisher and the id of the stream. What we publish has our own name. */
export class MediaConnections {
  readonly session: Session;
  /** Whether the server knows several streams of one participant. */
  hasStreams = false;
  #configuration: RTCConfiguration;
  readonly #connections = new Map<string, MediaConnection>();
  readonly #watch = new MediaWatch();
  /** Whether the server wants to know of those that failed. */
  reports = false;
  /** Whether the server wants to know how well our media gets through. */
  reportsQuality = false;
  /** In how many sizes the server takes a picture. */
  layers = 1;
  /** Whether the media server can go on over another path. */
  restarts = false;
  /** Whether the server wants to know what we want of a stream. */
  takesWishes = false;
  /** Whether the server may leave out media of that kind that we have subscribed to. */
  mayLack: (kind: MediaKind) => boolean = () => false;
  readonly #quality = new QualityReports();
  #qualityAt = -Infinity;
  /** Those that failed since we came. */
  #failures = 0;

  constructor(session: Session, configuration: RTCConfiguration) {
    this.session = session;
    this.#configuration = configuration;
  }

  /** For those that are opened from now on, and for the present ones when they gather candidates again. */
  set iceServers(iceServers: RTCIceServer[]) {
    this.#configuration = { ...this.#configuration, iceServers };
    for (const connection of this.#connections.values()) connection.iceServers = iceServers;
  }

  /** Takes the place of an earlier connection for that stream. */
  open(name: string, stream: string, owner: Omit<MediaConnectionOwner, 'restarts'>): MediaConnection {
    const key = keyOf(name, stream);
    const former = this.#connections.get(key);
    if (former) this.close(name, stream, former);
    const endpoint = { endpointName: name, ...(this.hasStreams && { stream }) };
    const connection = new MediaConnection(endpoint, this.session, this.#configuration, {
      ...owner,
      restarts: () => this.restarts,
      failed: (error) => {
        this.#tellOfFailure(`${name}_${stream}`, connection);
        owner.failed(error);
      },
    });
    this.#connections.set(key, connection);
    this.#watch.add(connection);
    return connection;
  }

  /** The people that run the server have no other way to know what was tried. */
  #tellOfFailure(sender: string, connection: MediaConnection): void {
    const count = ++this.#failures;
    if (!this.reports) return;
    const told = connection.report().then(({ pairs, relay }) => {
      const candidatePairs = pairs.slice(0, mostPairs);
      return this.session.request('reportMedia', { sender, state: 'failed', candidatePairs, relay, count });
    });
    // The call does not depend on it.
    told.catch(() => undefined);
  }

  /** The session has pinged: that goes on also in a page in the background, whose timers are slow. */
  pinged(): void {
    const now = this.session.clock.now();
    if (!this.reportsQuality || !this.session.connected || now - this.#qualityAt < qualityEveryMs) return;
    this.#qualityAt = now;
    // The call does not depend on it.
    this.session.request('reportQuality', this.#quality.next(this.#connections.values())).catch(() => undefined);
  }

  /** @param stream absent where the server knows one stream of each participant */
  addCandidate(name: string, stream: string | undefined, candidate: RTCIceCandidateInit): void {
    this.#connections.get(keyOf(name, stream ?? webcam))?.addCandidate(candidate);
  }

  close(name: string, stream: string, connection: MediaConnection): void {
    connection.close();
    this.#watch.remove(connection);
    const key = keyOf(name, stream);
    if (this.#connections.get(key) === connection) this.#connections.delete(key);
  }
}

/** No id of a stream has an underscore. */
function keyOf(name: string, stream: string): string {
  return `${stream}_${name}`;
}
