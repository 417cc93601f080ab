import type { ResumedSession } from './call.js';
import { ProtocolError, invalidSession, reconnectionError } from './errors.js';
import type { Place } from './place.js';
import type { Request } from './read-request.js';
import type { LayerContext } from './layer.js';
import type { Session } from './session.js';
import type { SocketClient } from './socket-client.js';

/** Sessions are in this process. */
export class NearPlace implements Place {
  readonly #client: SocketClient;
  readonly #context: LayerContext;
  readonly #token: string | undefined;
  /** Made when first needed, so that a client that only pings has no session (docs/protocols/kurento-room.md#13-the-session-layer). */
  #session: Session | undefined;

  constructor(client: SocketClient, context: LayerContext, token: string | undefined) {
    this.#client = client;
    this.#context = context;
    this.#token = token;
  }

  get id(): string {
    return this.#present.id;
  }

  get presentId(): string | undefined {
    return this.#session?.id;
  }

  get isIn(): boolean {
    return this.#session?.isIn === true;
  }

  accept(request: Request, text: string): void {
    this.#present.accept(request, text.length);
  }

  resume(sessionId: string, received: number | undefined): ResumedSession {
    const session = this.#context.sessions.find(sessionId);
    if (!session || !session.mayResume || (session.hasLeft && session !== this.#session))
      throw new ProtocolError(invalidSession, reconnectionError);
    if (session === this.#session) return { id: session.id, lastRequest: undefined, sendMissed: undefined };
    if (session.counts && received !== undefined && !session.hasAfter(received))
      throw new ProtocolError(invalidSession, `${reconnectionError}: what follows is not kept any more`);
    this.#session?.detach(this.#client, 'its connection resumed another session');
    this.#session = session;
    const sendMissed = session.goOn(this.#client, this.#token, received);
    return { id: session.id, lastRequest: session.counts ? session.lastRequest : undefined, sendMissed };
  }

  pinged(): void {
    this.#session?.heard();
  }

  acknowledged(received: number): void {
    this.#session?.acknowledged(received);
  }

  end(): void {
    this.#session?.end();
  }

  lost(reason: string): void {
    this.#session?.detach(this.#client, reason);
  }

  get #present(): Session {
    this.#session ??= this.#context.newSession(this.#client, this.#token);
    return this.#session;
  }
}
