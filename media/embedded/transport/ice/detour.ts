import type { Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { guarded } from '../guarded.js';
import { familyOf } from '../local-addresses.js';
import type { CandidatePair } from '../transport.js';
import type { Address, Binding, IceCredentials } from './binding.js';
import { isSigned, isStun, newTransaction, readBinding, writeCheck, writeQuestion, writeSuccess } from './binding.js';
import { IceSession } from './ice-session.js';
import type { MediaSocketsOptions } from './media-sockets.js';
import { MediaSockets, mediaSocket } from './media-sockets.js';

/** How often it looks what is to be sent. */
const beatMs = 250;
/** The library is told that the client is there as long as the client was heard in this time. A client is asked each 2.5 s. */
const heardMs = 6_000;
/** The largest there is: of the paths that the library knows, this one is used. */
const highestPriority = 0x7fff_ffff;
/** A STUN server is asked so many times, once each beat. */
const mostQuestions = 6;

export interface DetourOptions extends Pick<MediaSocketsOptions, 'addresses' | 'bindAddress' | 'ports'> {
  /** What the library and the client agreed on. */
  readonly library: IceCredentials;
  readonly client: IceCredentials;
  /** Where the library listens. */
  readonly at: Address;
  /** Tells our address as others see it. */
  readonly stunServer?: { readonly host: string; readonly port: number } | undefined;
  readonly candidateFound: (candidate: string) => void;
  readonly gathered: () => void;
  /** The client is reached by new credentials, and the library sends this way. */
  readonly connected: () => void;
  /** One of the others threw. */
  readonly failed: (error: unknown) => void;
}

/**
 * Gives a connection of the library another ICE session, which the library itself cannot have. Whatever the client sends comes here and
 * goes on to the library, and the other way round. The library takes this for one more address of the client that it knows, so DTLS,
 * SRTP and data channels go on, which is what a client expects that restarts ICE.
 */
export class Detour {
  readonly #options: DetourOptions;
  readonly #outside: MediaSockets;
  readonly #inside: Socket;
  readonly #beat: NodeJS.Timeout;
  /** Carries what is sent, once the client has chosen an address in it. */
  #session: IceSession | undefined;
  /** Replaces the other one then. */
  #next: IceSession | undefined;
  #local: readonly Address[] | undefined;
  /** Of the check of the library. */
  #transaction = newTransaction();
  #hasAnswered = false;
  #hasAsked = false;
  /** To a STUN server. */
  #question: { readonly transaction: Buffer; readonly to: Address; left: number } | undefined;
  #closed = false;

  constructor(options: DetourOptions) {
    this.#options = options;
    const { at, failed, addresses, bindAddress, ports } = options;
    this.#outside = new MediaSockets({
      ...{ addresses, bindAddress, ports, failed },
      received: (packet, from) => {
        this.#fromOutside(packet, from);
      },
      bound: (local) => {
        this.#local = local;
        this.#gather();
      },
    });
    this.#inside = mediaSocket(familyOf(at.address));
    this.#inside.on(
      'message',
      guarded(failed, (packet: Buffer) => {
        this.#fromLibrary(packet);
      }),
    );
    // Packets of nobody else come in.
    this.#inside.connect(at.port, at.address);
    this.#beat = setInterval(
      guarded(failed, () => {
        this.#tick();
      }),
      beatMs,
    ).unref();
  }

  /** A session for other credentials of the client. The former one goes on until the client has chosen an address in this one. */
  restart(remote: IceCredentials): IceCredentials {
    const session: IceSession = new IceSession({
      remote,
      send: (packet, to) => {
        this.#outside.send(packet, to);
      },
      chosen: () => {
        this.#chosen(session);
      },
    });
    this.#next = session;
    if (this.#local) {
      setImmediate(
        guarded(this.#options.failed, () => {
          if (!this.#closed) this.#gather();
        }),
      );
    }
    return session.own;
  }

  addPeer(at: Address): void {
    (this.#next ?? this.#session)?.addPeer(at, Date.now());
  }

  /** Undefined as long as nothing is sent this way. */
  get pair(): CandidatePair | undefined {
    const chosen = this.#hasJoined() ? this.#session?.chosen : undefined;
    const local = this.#local?.find(({ address }) => chosen && familyOf(address) === familyOf(chosen.address));
    return chosen && local && { local: candidateOf('host', local), remote: candidateOf('prflx', chosen) };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#beat);
    this.#outside.close();
    this.#inside.close();
  }

  #fromOutside(packet: Buffer, from: Address): void {
    if (isStun(packet)) {
      this.#binding(packet, from);
      return;
    }
    const chosen = this.#session?.chosen;
    if (chosen?.port === from.port && chosen.address === from.address) this.#toLibrary(packet);
  }

  #binding(packet: Buffer, from: Address): void {
    const binding = readBinding(packet);
    if (!binding) return;
    const now = Date.now();
    if (this.#next?.take(packet, binding, from, now) || this.#session?.take(packet, binding, from, now)) return;
    if (this.#question?.transaction.equals(binding.transaction) && binding.type === 'success') {
      this.#reflected(binding);
    }
  }

  #chosen(session: IceSession): void {
    if (session === this.#session) return;
    this.#session = session;
    if (session === this.#next) this.#next = undefined;
    if (this.#hasJoined()) this.#options.connected();
    else this.#join();
  }

  /** A method: it changes while a message is read, which the compiler does not see of a getter. */
  #hasJoined(): boolean {
    return this.#hasAnswered && this.#hasAsked;
  }

  /** Shows itself to the library as an address of the client, which the client has nominated. */
  #join(): void {
    const { library, client } = this.#options;
    this.#toLibrary(
      writeCheck({
        ...{ transaction: this.#transaction, username: `${library.ufrag}:${client.ufrag}`, password: library.password },
        ...{ role: 'controlling', priority: highestPriority, nominates: true },
      }),
    );
  }

  #fromLibrary(packet: Buffer): void {
    if (!isStun(packet)) {
      const to = this.#session?.chosen;
      if (to) this.#outside.send(packet, to);
      return;
    }
    const binding = readBinding(packet);
    if (!binding) return;
    const { client, library, at } = this.#options;
    const wasJoined = this.#hasJoined();
    if (binding.type === 'request' && isSigned(packet, binding, client.password)) {
      const heardAt = this.#session?.heardAt ?? -Infinity;
      if (Date.now() - heardAt > heardMs) return;
      this.#hasAsked = true;
      this.#toLibrary(writeSuccess(binding, at, client.password));
    }
    if (binding.type === 'success' && isSigned(packet, binding, library.password)) this.#hasAnswered = true;
    if (!wasJoined && this.#hasJoined()) this.#options.connected();
  }

  #toLibrary(packet: Buffer): void {
    if (this.#closed) return;
    try {
      this.#inside.send(packet, () => undefined);
    } catch {
      // It is not connected yet. Whatever it is, it comes again, or is lost as any packet may be.
    }
  }

  #tick(): void {
    const now = Date.now();
    for (const session of [this.#next, this.#session]) session?.tick(now);
    if (this.#session && !this.#hasJoined()) this.#join();
    this.#ask();
  }

  /** Tells the candidates, once for each session. */
  #gather(): void {
    const { stunServer, candidateFound, gathered, failed } = this.#options;
    for (const [place, local] of (this.#local ?? []).entries()) candidateFound(candidateOf('host', local, place));
    this.#question = undefined;
    if (!stunServer || !this.#local?.some(({ address }) => familyOf(address) === 'ipv4')) {
      gathered();
      return;
    }
    const begin = guarded(failed, (to: Address | undefined) => {
      if (this.#closed) return;
      this.#question = to && { to, transaction: newTransaction(), left: mostQuestions };
      if (to) this.#ask();
      else gathered();
    });
    lookup(stunServer.host, { family: 4 }).then(
      ({ address }) => {
        begin({ address, port: stunServer.port });
      },
      () => {
        begin(undefined);
      },
    );
  }

  #ask(): void {
    const question = this.#question;
    if (!question) return;
    if (question.left > 0) {
      question.left -= 1;
      this.#outside.send(writeQuestion(question.transaction), question.to);
      return;
    }
    this.#question = undefined;
    this.#options.gathered();
  }

  #reflected({ mapped }: Binding): void {
    const { candidateFound, gathered } = this.#options;
    this.#question = undefined;
    const isOwn = this.#local?.some(({ address, port }) => address === mapped?.address && port === mapped.port);
    if (mapped && !isOwn) candidateFound(`${candidateOf('srflx', mapped)} raddr 0.0.0.0 rport 0`);
    gathered();
  }
}

/** Preferences of the types of candidates (RFC 8445 §5.1.2.2). */
const preferences = { host: 126, prflx: 110, srflx: 100 } as const;

/** @param place among those of its type: each has a preference and a foundation of its own */
function candidateOf(type: keyof typeof preferences, { address, port }: Address, place = 0): string {
  const priority = preferences[type] * 2 ** 24 + (65_535 - place) * 256 + 255;
  return `candidate:${type}${place} 1 UDP ${priority} ${address} ${port} typ ${type}`;
}
