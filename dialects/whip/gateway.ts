import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerToken } from '../../access/index.js';
import type { IceServers } from '../../access/index.js';
import type { Bearer } from '../../rooms/index.js';
import { keepPayer } from '../../transport/gate/account.js';
import { callerOf } from '../../transport/gate/caller.js';
import type { Dialect, DialectContext, DialectState, HandOver } from '../dialect.js';
import { askedBy, streamIn } from './asked.js';
import type { Asked, Protocol } from './asked.js';
import { Refusal, full, refusalOf } from './errors.js';
import { readFragment } from './fragment.js';
import { answer, bodyOf, fragmentType, matches, refuse, sdpType, tellMethods } from './http.js';
import { iceLinks } from './ice-links.js';
import { beginPublishing, beginReceiving, dialectName } from './newcomers.js';
import { readOffer } from './offer.js';
import type { WhipSettings } from './options.js';
import { Sessions } from './sessions.js';
import { Session } from './session.js';

const protocols = ['whip', 'whep'] as const satisfies readonly Protocol[];
/** Where sessions are made, and at a session. */
const methods = { making: 'POST, OPTIONS', session: 'PATCH, DELETE, OPTIONS' } as const;

/**
 * Serves encoders that publish by one HTTP request (WHIP, RFC 9725), and players that receive so (WHEP). Each has a participant in the
 * room, without a connection of its own (docs/protocols/whip.md).
 */
export class WhipGateway implements Dialect {
  readonly name = dialectName;
  readonly #ice: Pick<IceServers, 'of'>;
  readonly #newId: () => string;
  readonly #sessions: Sessions;
  #isAlone = true;
  #isClosed = false;
  /** Requests that make a session now. */
  readonly #making = new Set<Promise<void>>();

  /** @param newId a text of letters, digits, `-` and `_` that nobody can guess */
  constructor(
    settings: WhipSettings,
    ice: Pick<IceServers, 'of'>,
    newId = (): string => randomBytes(16).toString('base64url'),
  ) {
    this.#sessions = new Sessions(settings);
    this.#ice = ice;
    this.#newId = newId;
  }

  get state(): DialectState {
    return { connections: this.#sessions.count() };
  }

  /** Undefined at a node of several: their requests come to the node of the world, and not to that of the room. */
  get handOver(): HandOver | undefined {
    if (!this.#isAlone) return undefined;
    const { recordOf, comeBack } = this.#sessions;
    return {
      ...{ recordOf, comeBack },
      suspend: async () => {
        this.#isClosed = true;
        await Promise.allSettled(this.#making);
      },
      // They have no connections.
      sendAway: () => undefined,
    };
  }

  attach(context: DialectContext): void {
    const { doors, pathPrefix, rooms, cluster } = context;
    this.#isAlone = cluster === undefined;
    for (const protocol of protocols) {
      const base = `${pathPrefix}/${protocol}`;
      doors.mount(base, (request, response) => void this.#serve({ context, protocol, base, request, response }), {
        world: dialectName,
        clients: () => this.#sessions.count(protocol),
      });
    }
    rooms.watch({
      roomOpened: () => undefined,
      // Of one that leaves with the server, nobody else says so.
      happened: (_room, event) => {
        if (event.type !== 'participantLeft') return;
        const { session } = event.participant;
        if (session instanceof Session) session.left('left');
      },
      roomLetGo: (room) => {
        this.#sessions.roomLetGo(room);
      },
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#sessions.end('the server stops');
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { context, request, response, protocol } = exchange;
    const { figures, log } = context;
    const began = performance.now();
    const named = `${protocol} ${known.has(request.method ?? '') ? (request.method ?? '') : 'other'}`;
    try {
      await this.#answer(exchange);
      figures.answered(named, performance.now() - began);
    } catch (error) {
      // A request that broke off is no defect of the server, and nobody hears the answer.
      if (request.destroyed && !request.complete) return;
      const refusal = refusalOf(error);
      if (!refusal) log.error('a request failed', { request: named, error });
      const told = refusal ?? new Refusal(500, 'The server failed to answer');
      figures.answered(named, performance.now() - began, String(told.status));
      refuse(response, told);
    }
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { request, response, protocol, base } = exchange;
    const asked = askedBy(request, protocol, base);
    const { method } = request;
    if (asked.session === undefined) {
      if (method === 'POST') await this.#keepMaking(this.#make(exchange, asked));
      else if (method === 'OPTIONS') tellMethods(response, methods.making, { 'Accept-Post': sdpType });
      else throw notAllowed(methods.making);
      return;
    }
    if (method === 'OPTIONS') tellMethods(response, methods.session, { 'Accept-Patch': fragmentType });
    else if (method === 'DELETE') {
      this.#sessions.find(asked).end('the client has ended it');
      answer(response, 200);
    } else if (method === 'PATCH') await this.#patch(exchange, this.#sessions.find(asked));
    else throw notAllowed(methods.session);
  }

  async #keepMaking(making: Promise<void>): Promise<void> {
    this.#making.add(making);
    try {
      await making;
    } finally {
      this.#making.delete(making);
    }
  }

  async #make({ context, request, response, base }: Exchange, asked: Asked): Promise<void> {
    const { rooms, names, doors, figures } = context;
    const { protocol, room } = asked;
    const goOn = keepPayer();
    const bearer = await this.#identify(context, request);
    const body = await bodyOf(request, sdpType, 'Accept-Post');
    const stream = streamIn(request);
    const key = names.keyOf(room);
    const offer = readOffer(body, protocol === 'whip' ? 'sendonly' : 'recvonly');
    const caller = callerOf(request);
    const place = doors.hasPlace && !this.#isClosed ? doors.gate.enter(request, caller) : undefined;
    if (!place) throw full();
    place.introduced();
    const gone = figures.enter({ address: caller.address, waiting: 0 });
    const id = this.#newId();
    const { mids, ufrags } = offer;
    const session = this.#sessions.add({ id, protocol, room }, { etag: this.#newEtag(), mids, ufrags }, (why) => {
      place.leave();
      gone(why);
    });
    const hasGone = (): boolean => response.destroyed;
    try {
      const ownName = `${protocol}-${id.slice(0, 8)}`;
      const wanted = { rooms, key, bearer, ownName, stream, session, sdpOffer: offer.sdp, hasGone };
      const negotiating =
        asked.publisher === undefined ? beginPublishing(wanted) : beginReceiving(wanted, asked.publisher);
      const { sdpAnswer, announce } = await negotiating;
      const whole = await session.complete(offer.sdp, sdpAnswer);
      const { participant } = session;
      if (!participant || session.isOver) throw new Refusal(409, 'The session was ended meanwhile');
      if (hasGone()) {
        session.end('the client has gone');
        return;
      }
      const path = [room, ...(asked.publisher === undefined ? [] : [asked.publisher]), id].map(encodeURIComponent);
      const links = iceLinks(this.#ice.of(participant).iceServers);
      answer(
        response,
        201,
        {
          'Content-Type': sdpType,
          // A path without a query: OBS puts it in the place of its own.
          Location: [base, ...path].join('/'),
          ETag: session.ice.etag,
          ...(links.length > 0 && { Link: links }),
          'Accept-Patch': fragmentType,
        },
        whole,
      );
      goOn(announce);
      session.answered();
    } catch (error) {
      session.end('the session was not made');
      throw error;
    }
  }

  /** Candidates that were found later, or the client has another network. */
  async #patch({ request, response }: Exchange, session: Session): Promise<void> {
    const { 'if-match': wanted } = request.headers;
    const body = await bodyOf(request, fragmentType, 'Accept-Patch');
    if (wanted === undefined) throw new Refusal(428, 'If-Match must name the ETag of the session');
    const { etag, ...offered } = session.ice;
    const fragment = readFragment(body, offered);
    const isAny = matches(wanted, '*') || matches(wanted, '"*"');
    if (!isAny && !matches(wanted, etag)) throw new Refusal(412, 'The session has another ETag');
    if (isAny || !fragment.ufrags.every((ufrag) => offered.ufrags.includes(ufrag))) {
      const next = this.#newEtag();
      const answered = await session.restart(fragment, next);
      answer(response, 200, { 'Content-Type': fragmentType, ETag: next }, answered);
      return;
    }
    session.addCandidates(fragment.candidates);
    answer(response, 204);
  }

  #newEtag(): string {
    return `"${this.#newId()}"`;
  }

  #identify({ access }: DialectContext, request: IncomingMessage): Bearer | Promise<Bearer> {
    const token = bearerToken(request.headers.authorization);
    return access.identify({ door: dialectName, address: callerOf(request).address, token });
  }
}

/** A request, and what it came to. */
interface Exchange {
  readonly context: DialectContext;
  readonly protocol: Protocol;
  /** The path that the protocol is mounted at. */
  readonly base: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const known = new Set(['POST', 'PATCH', 'DELETE', 'OPTIONS']);

function notAllowed(allow: string): Refusal {
  return new Refusal(405, `There are ${allow} here`, { Allow: allow });
}
