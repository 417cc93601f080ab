import { ClientError } from '../../client/errors.js';
import { Session } from '../../client/session.js';
import type { Notification } from '../../client/frames.js';
import { sections } from '../support/peer.js';
import type { Peer, PeerProcess } from '../support/peer.js';
import { until } from '../support/until.js';
import type { TcpProxy } from '../cluster/processes/tcp-proxy.js';

const bindAddress = '127.0.0.1';

/** Errors that our client makes itself. */
const ownErrors: readonly string[] = ['timeout', 'disconnected', 'closed', 'unreachable'];

interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string;
}

/** Our client (client/session.ts) with media that is real: somebody in a room. */
export class Person {
  readonly name: string;
  readonly room: string;
  /** The way to the nodes. */
  readonly front: TcpProxy;
  /** What everybody is told in the room, in the order in which it came. */
  readonly told: string[] = [];
  /** How many of these were so when we came, in the answer to our request. */
  present = 0;
  /** Requests that the server has not answered. */
  readonly unanswered: string[] = [];
  /** How often the connection was lost, and how often the server did not know the session any more. */
  interruptions = 0;
  renewals = 0;
  #hasLeft = false;
  readonly #session: Session;
  readonly #peers: PeerProcess;
  readonly #connections = new Map<string, Peer>();
  readonly #candidates = new Map<string, Candidate[]>();

  private constructor(session: Session, front: TcpProxy, name: string, room: string, peers: PeerProcess) {
    this.name = name;
    this.room = room;
    this.front = front;
    this.#session = session;
    this.#peers = peers;
    session.on('notification', (notification) => {
      this.#hear(notification);
    });
    session.on('interrupted', () => (this.interruptions += 1));
    for (const event of ['renewed', 'lost'] as const) {
      session.on(event, () => {
        if (!this.#hasLeft) this.renewals += 1;
      });
    }
  }

  static async join(front: TcpProxy, name: string, room: string, peers: PeerProcess): Promise<Person> {
    const session = await Session.open(`ws://127.0.0.1:${front.port}/room`, { requestTimeoutMs: 60_000 });
    const person = new Person(session, front, name, room, peers);
    const joining = session.request('joinRoom', { user: name, room, features: ['resume', 'chat'] });
    const { value } = await joining.catch((error: unknown) => {
      session.close();
      throw error;
    });
    for (const { id } of value) person.told.unshift(`${id} is there`);
    person.present = value.length;
    return person;
  }

  /** What was said, each text after the name of its speaker. */
  get heard(): readonly string[] {
    return this.told.filter((line) => line.includes(': '));
  }

  async say(text: string): Promise<void> {
    await this.ask('sendMessage', { message: text, userMessage: this.name, roomMessage: this.room });
  }

  async ask(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    try {
      return await this.#session.requestUnknown(method, params);
    } catch (error) {
      if (!this.#hasLeft && error instanceof ClientError && ownErrors.includes(error.code))
        this.unanswered.push(`${method}: ${error.code}`);
      throw error;
    }
  }

  /** Resolves when media goes to the server. */
  async publish(): Promise<Peer> {
    const peer = await this.offer();
    await peer.connected();
    peer.send();
    return peer;
  }

  /** As `publish`, without waiting for the media connection. */
  async offer(): Promise<Peer> {
    return this.#negotiate(this.name, 'publishVideo', {});
  }

  async unpublish(): Promise<void> {
    this.#forget(this.name);
    await this.ask('unpublishVideo');
  }

  /** Resolves when media comes from that person. */
  async watch(of: string): Promise<Peer> {
    const peer = await this.want(of);
    await peer.connected();
    await peer.receives({ audio: 5, video: 5 });
    return peer;
  }

  /** As `watch`, without waiting for the media connection. */
  async want(of: string): Promise<Peer> {
    return this.#negotiate(of, 'receiveVideoFrom', { sender: `${of}_webcam` });
  }

  async unwatch(of: string): Promise<void> {
    this.#forget(of);
    await this.ask('unsubscribeFromVideo', { sender: `${of}_webcam` });
  }

  /** The connection is lost, as far as this client knows. */
  drop(): void {
    this.#session.drop();
  }

  /** The server's answer may be lost with the connection: then it knows the session no more. */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    await this.#session.request('leaveRoom', {}).catch(() => undefined);
    this.close();
  }

  /** Without a word to the room. */
  close(): void {
    for (const of of [...this.#connections.keys()]) this.#forget(of);
    this.#session.close();
  }

  /** @param of the publisher */
  async #negotiate(of: string, method: string, params: object): Promise<Peer> {
    this.#candidates.delete(of);
    const peer = await this.#peers.open({
      sections: sections(method === 'publishVideo' ? 'sendonly' : 'recvonly'),
      bindAddress,
      onCandidate: (candidate) => {
        // It is refused when the connection is not wanted any more.
        this.ask('onIceCandidate', { endpointName: of, ...candidate }).catch(() => undefined);
      },
    });
    const { sdpAnswer } = await this.ask(method, { sdpOffer: peer.offer, ...params });
    peer.accept(String(sdpAnswer));
    this.#connections.set(of, peer);
    for (const candidate of this.#candidates.get(of) ?? []) peer.addCandidate(candidate);
    return peer;
  }

  #forget(of: string): void {
    this.#connections.get(of)?.close();
    this.#connections.delete(of);
  }

  #hear(notification: Notification): void {
    const line = lineOf(notification);
    if (line !== undefined) this.told.push(line);
    if (notification.method !== 'iceCandidate') return;
    const { endpointName, candidate, sdpMid } = notification.params;
    const each = { candidate, sdpMid };
    this.#candidates.set(endpointName, [...(this.#candidates.get(endpointName) ?? []), each]);
    this.#connections.get(endpointName)?.addCandidate(each);
  }
}

/** Of what all in the room are told. */
function lineOf({ method, params }: Notification): string | undefined {
  switch (method) {
    case 'sendMessage':
      return `${params.user}: ${params.message}`;
    case 'participantJoined':
      return `${params.id} is there`;
    case 'participantPublished':
      return `${params.id} publishes`;
    case 'participantUnpublished':
      return `${params.name} publishes no more`;
    case 'participantLeft':
      return `${params.name} has left`;
    case 'iceCandidate':
      return undefined;
    default:
      return JSON.stringify({ method, params });
  }
}

/** People who all say something again and again. */
export class Conversation {
  readonly people: readonly Person[];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #said = new Map<string, Promise<void>[]>();

  constructor(people: readonly Person[], everyMs = 50) {
    this.people = people;
    for (const person of people) {
      const said: Promise<void>[] = [];
      this.#said.set(person.name, said);
      this.#timers.push(setInterval(() => said.push(person.say(String(said.length))), everyMs));
    }
  }

  get isGoing(): boolean {
    return this.#timers.length > 0;
  }

  /** Resolves when everybody has heard something more of everybody. */
  async goesOn(): Promise<void> {
    const counts = new Map([...this.#said].map(([name, { length }]) => [name, length]));
    await until(
      'everybody hears everybody',
      () =>
        this.people.every(({ heard }) =>
          this.people.every(({ name }) => heard.includes(`${name}: ${(counts.get(name) ?? 0) + 2}`)),
        ),
      30_000,
    );
  }

  /** Nobody says anything more. Resolves when all that was said is heard by all, once, and in one order. */
  async ends(): Promise<void> {
    this.stop();
    for (const said of this.#said.values()) await Promise.all(said);
    const all = [...this.#said].flatMap(([name, said]) => said.map((_each, number) => `${name}: ${number}`));
    const ofThem = new Set(all);
    const heardBy = ({ heard }: Person): string[] => heard.filter((line) => ofThem.has(line));
    await until('everybody has heard everything', () =>
      this.people.every((person) => heardBy(person).length >= all.length),
    ).catch((error: unknown) => {
      const missing = this.people.map((person) => [person.name, all.filter((line) => !person.heard.includes(line))]);
      throw new Error(`${String(error)}: missing ${JSON.stringify(missing)}`);
    });
    const [first = []] = this.people.map(heardBy);
    for (const person of this.people) expectEqual(heardBy(person), first, `${person.name} hears what all hear`);
    for (const [name, said] of this.#said) {
      const own = first.filter((line) => line.startsWith(`${name}: `));
      expectEqual(
        own,
        said.map((_each, number) => `${name}: ${number}`),
        `what ${name} says is heard once, in order`,
      );
    }
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }
}

function expectEqual(found: readonly string[], expected: readonly string[], what: string): void {
  const at = found.findIndex((line, index) => line !== expected[index]);
  if (at === -1 && found.length === expected.length) return;
  const from = Math.max(0, (at === -1 ? Math.min(found.length, expected.length) : at) - 3);
  const part = (lines: readonly string[]): string => lines.slice(from, from + 8).join(' | ');
  throw new Error(`Not so: ${what}. At ${from}: ${part(found)}; expected ${part(expected)}`);
}
