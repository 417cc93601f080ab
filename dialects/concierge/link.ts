import { RoomError } from '../../rooms/index.js';
import type { Connection, ConnectionListener } from '../../transport/connection.js';
import type { DoorFigures } from '../../transport/door-figures.js';
import { textFrame } from '../../transport/frame.js';
import { keepPayer } from '../../transport/gate/account.js';
import { Patience } from '../../transport/gate/patience.js';
import type { Log } from '../../log.js';
import { RequestQueue } from '../request-queue.js';
import type { RequestQueueLimits } from '../request-queue.js';
import type { Client } from './client.js';
import { Refusal, TurnedAway, closeCodes, refusalOfRoomError } from './errors.js';
import type { Answer } from './protocol-version.js';
import type { Request } from './messages.js';
import { isOlder } from './groups-version.js';
import { readPayload } from './payload.js';

export interface LinkContext {
  readonly identifyMs: number;
  /** How much may wait behind a request that is not done at once. */
  readonly waiting: RequestQueueLimits;
  readonly log: Log;
  readonly figures: DoorFigures;
  /**
   * Finds out who a client is.
   * @returns what lets it in, which may throw TurnedAway too. @throws TurnedAway, also as a rejection
   */
  identify(connection: Connection, text: string): Admission | Promise<Admission>;
  /** @returns undefined when the request was done at once */
  serve(
    client: Client,
    request: Exclude<Request, { type: 'setSeq' }>,
    answer: (answer: Answer) => void,
  ): Promise<void> | undefined;
  /** Called once when an admitted client leaves. */
  dismiss(client: Client): void;
  /** Called once when the connection is closed. */
  ended(link: Link): void;
}

export type Admission = () => Client;

/**
 * One connection. It waits for IDENTIFY, then numbers the requests and answers them
 * (docs/protocols/concierge.md#2-identification, #4-sequence-numbers).
 */
export class Link implements ConnectionListener {
  readonly #connection: Connection;
  readonly #context: LinkContext;
  readonly #identification: Patience;
  readonly #requests: RequestQueue<string>;
  #client: Client | undefined;
  /** Number of the next text frame. */
  #seq = 0;
  #over = false;

  constructor(connection: Connection, context: LinkContext) {
    this.#connection = connection;
    this.#context = context;
    this.#requests = new RequestQueue(context.waiting, (text) => this.#serve(text));
    this.#identification = new Patience(context.identifyMs, () => {
      this.#close(closeCodes.authFailed, 'No IDENTIFY in time');
    });
  }

  text(text: string): void {
    if (this.#over || this.#requests.add(text, text.length)) return;
    this.#close(closeCodes.policy, 'Too many payloads are waiting');
  }

  binary(): void {
    if (this.#over) return;
    if (!this.#client) this.#close(closeCodes.fatalDecode, 'The first payload must be text');
  }

  /** The answer has the number of the payload that is not served. */
  overBudget(): void {
    const client = this.#client;
    if (!client || this.#over) return;
    this.#send(client.version.refuse(this.#seq, new Refusal('protocol', 'Too many payloads')));
    this.#close(closeCodes.policy, 'Too many payloads');
  }

  closed(): void {
    this.end();
    this.#context.ended(this);
  }

  get client(): Client | undefined {
    return this.#client;
  }

  /** The same client has come back over another connection. */
  replace(): void {
    this.#close(closeCodes.duplicateAuth, 'You are connected elsewhere');
  }

  /** Lets the client leave, if there is one, and ignores what it sends afterwards. May be called twice. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#identification.stop();
    const client = this.#client;
    this.#client = undefined;
    this.#requests.clear();
    try {
      if (client) this.#context.dismiss(client);
    } catch (error) {
      this.#context.log.error('a client could not be removed completely', { error });
    }
  }

  /** @returns undefined when it is known at once who the client is. Then nothing is awaited */
  #identify(text: string): Promise<void> | undefined {
    try {
      const admission = this.#context.identify(this.#connection, text);
      if (!(admission instanceof Promise)) {
        this.#admit(admission);
        return undefined;
      }
      const goOn = keepPayer();
      return admission
        .then((admit) => {
          goOn(() => {
            this.#admit(admit);
          });
        })
        .catch((error: unknown) => {
          this.#turnAway(error);
        });
    } catch (error) {
      this.#turnAway(error);
      return undefined;
    }
  }

  #admit(admission: Admission): void {
    // While the token was looked at, the client may have gone.
    if (this.#over) return;
    this.#client = admission();
    this.#identification.stop();
  }

  #turnAway(error: unknown): void {
    if (this.#over) return;
    if (error instanceof TurnedAway) {
      this.#close(error.code, error.message);
      return;
    }
    this.#context.log.error('a client could not be admitted', { error });
    this.#close(closeCodes.unknown, 'Internal error');
  }

  /** @returns undefined when the request was done at once */
  #serve(text: string): Promise<void> | undefined {
    const client = this.#client;
    if (this.#over) return undefined;
    if (!client) return this.#identify(text);
    const seq = this.#seq;
    this.#seq += 1;
    let answers = 0;
    const refuse = (error: unknown): void => {
      const refusal = this.#refusalOf(error);
      this.#context.figures.errors.add(refusal.code);
      // A request has one answer (docs/protocols/concierge.md#4-sequence-numbers). An error after it concerns others
      // only.
      if (answers === 0) this.#send(client.version.refuse(seq, refusal));
    };
    try {
      const payload = readPayload(text, client.version.typeMember);
      if (isOlder(payload.type)) client.isOlder();
      const request = client.version.read(payload);
      if (request.type === 'setSeq') {
        this.#seq = request.seq + 1;
        this.#send(client.version.answer(request.seq, { type: 'ok' }));
        return undefined;
      }
      const serving = this.#context.serve(client, request, (answer) => {
        this.#send(client.version.answer(seq, answer));
        answers += 1;
      });
      return serving?.catch(refuse);
    } catch (error) {
      refuse(error);
      return undefined;
    }
  }

  #refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (error instanceof RoomError) return new Refusal(refusalOfRoomError[error.code]);
    this.#context.log.error('a request failed unexpectedly', { error });
    return new Refusal('internal', 'internal error');
  }

  /** Frees the name at once, without waiting for the closing handshake. */
  #close(code: number, reason: string): void {
    this.#connection.close(code, reason);
    this.end();
  }

  #send(text: string): void {
    this.#connection.send(textFrame(text));
  }
}
