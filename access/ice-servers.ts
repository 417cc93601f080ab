import { createHmac, randomBytes } from 'node:crypto';

/** An entry of RTCConfiguration.iceServers. */
export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

/** What coturn's `use-auth-secret` needs: servers and clients share nothing else. */
interface SharedSecret {
  /** Empty: there are no credentials that expire. */
  readonly turnSecret: string;
  /** How long credentials are valid, in s. */
  readonly turnTtlS: number;
}

export interface IceSettings extends SharedSecret {
  /** With the credentials that do not expire, or without any. */
  readonly iceServers: readonly IceServer[];
  /** TURN servers that have the secret. */
  readonly turnUrls: readonly string[];
}

/** What one client is told. */
export interface OwnIceServers {
  readonly iceServers: IceServer[];
  /** How long the credentials are valid, in s. Undefined where they do not expire. */
  readonly iceTtlS?: number;
}

/** The STUN and TURN servers of clients (docs/access.md#turn). Relaying costs, so strangers are told of no TURN server. */
export class IceServers {
  readonly #settings: () => IceSettings;
  readonly #now: () => number;
  readonly #ids = new WeakMap<object, string>();

  /**
   * @param settings the present ones
   * @param now the time in ms since 1970
   */
  constructor(settings: () => IceSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** The same ones for a protocol that may have a secret of its own. */
  with(own: () => Partial<SharedSecret>): IceServers {
    return new IceServers(() => {
      const { iceServers, turnUrls, turnSecret, turnTtlS } = this.#settings();
      return { iceServers, turnUrls, turnSecret, turnTtlS, ...own() };
    }, this.#now);
  }

  /** The STUN servers. */
  get open(): IceServer[] {
    return this.#settings().iceServers.filter(({ urls }) => !urls.some(isTurn));
  }

  /** @param participant has the same name at the TURN servers as long as it lives: they count what each one relays */
  of(participant: object): OwnIceServers {
    return this.#named(() => this.#idOf(participant));
  }

  /** For a client that is known by its token alone. */
  ofIdentity(identity: string): OwnIceServers {
    // A client that asks often must not be many at the TURN servers.
    return this.#named((secret) =>
      createHmac('sha256', secret).update(identity).digest('base64url').slice(0, idLength),
    );
  }

  #named(id: (secret: string) => string): OwnIceServers {
    const { iceServers, turnUrls, turnSecret, turnTtlS } = this.#settings();
    const all: readonly IceServer[] = [...iceServers, ...turnUrls.map((url) => ({ urls: [url] }))];
    if (turnSecret === '' || !all.some(({ urls }) => urls.some(isTurn))) {
      // Browsers refuse TURN servers without credentials.
      return { iceServers: all.filter(({ urls, username }) => username !== undefined || !urls.some(isTurn)) };
    }
    const username = `${Math.floor(this.#now() / 1000) + turnTtlS}:${id(turnSecret)}`;
    const credential = createHmac('sha1', turnSecret).update(username).digest('base64');
    return {
      iceServers: all.map((server) =>
        server.urls.some(isTurn) ? { urls: server.urls, username, credential } : server,
      ),
      iceTtlS: turnTtlS,
    };
  }

  #idOf(participant: object): string {
    const known = this.#ids.get(participant);
    if (known !== undefined) return known;
    const id = randomBytes((idLength * 3) / 4).toString('base64url');
    this.#ids.set(participant, id);
    return id;
  }
}

const idLength = 12;

function isTurn(url: string): boolean {
  return /^turns?:/i.test(url);
}
