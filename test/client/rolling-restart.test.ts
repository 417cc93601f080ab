import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Session } from '../../client/session.js';
import { Rig } from '../cluster/processes/rig.js';
import type { Node } from '../cluster/processes/rig.js';
import { TcpProxy } from '../cluster/processes/tcp-proxy.js';
import { bindAddress, expectGapless, negotiate } from '../support/negotiate.js';
import { PeerProcess } from '../support/peer.js';
import { RedisServer } from '../support/redis-server.js';
import type { WireFrame } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';

/** Somebody with our own client, which comes back by itself. */
class Guest {
  readonly heard: string[] = [];
  readonly #told: WireFrame[] = [];
  readonly #session: Session;
  /** What the client had to give up. */
  readonly losses: string[] = [];
  resumed = 0;

  readonly #hushed = new AbortController();

  private constructor(
    session: Session,
    readonly name: string,
  ) {
    this.#session = session;
    session.on('notification', ({ method, params }) => {
      if (method === 'sendMessage') this.heard.push(params.message);
      else this.#told.push({ method, params: { ...params } });
    });
    session.on('resumed', () => (this.resumed += 1));
    session.on('renewed', () => this.losses.push('renewed'));
    session.on('lost', ({ message }) => this.losses.push(message));
  }

  static async join(port: number, user: string): Promise<Guest> {
    const guest = new Guest(await Session.open(`ws://127.0.0.1:${port}/room`), user);
    await guest.request('joinRoom', { user, room: 'r', features: ['resume'] });
    return guest;
  }

  /** Notifications, but for what is said. */
  get notified(): (string | undefined)[] {
    return this.#told.map(({ method }) => method).filter((method) => method !== 'iceCandidate');
  }

  async request(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return this.#session.requestUnknown(method, { ...params });
  }

  async take(fits: (frame: WireFrame) => boolean): Promise<WireFrame> {
    await until('it is told', () => this.#told.some(fits));
    return this.#told.splice(this.#told.findIndex(fits), 1)[0] ?? expect.fail();
  }

  /** Says something every 20 ms at most, until `hush`: all of it fits the log of the room. @returns what was said, as far as the server has taken it */
  async talk(): Promise<string[]> {
    const said: string[] = [];
    while (!this.#hushed.signal.aborted) {
      const message = `${this.name} ${said.length}`;
      await this.request('sendMessage', { message, userMessage: this.name, roomMessage: 'r' });
      said.push(message);
      await pause(20);
    }
    return said;
  }

  hush(): void {
    this.#hushed.abort();
  }

  async leave(): Promise<void> {
    await this.request('leaveRoom');
    this.#session.close();
  }
}

describe('A call of three through three nodes behind a balancer', function () {
  this.timeout(90_000);
  inBrowserWorld();
  let rig: Rig;
  let peers: PeerProcess;

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    const engine = ['--bind-address', bindAddress];
    [rig, peers] = await Promise.all([Rig.start({ DRAIN_S: '1' }, { engine }), PeerProcess.start()]);
  });

  after(async () => {
    if (RedisServer.isInstalled) await Promise.all([rig.close(), peers.stop()]);
  });

  it('goes on while they are restarted in turn: nobody is told, nothing is lost, and nothing is heard twice', async () => {
    const balancer = await Balancer.before(rig.nodes);
    const guests = await Promise.all(['ana', 'ben', 'cleo'].map(async (name) => Guest.join(balancer.port, name)));
    const [ana, ben] = guests;
    if (!ana || !ben) throw new Error('somebody is missing');
    const publisher = await negotiate(peers, ana, 'ana', 'publishVideo');
    publisher.send();
    const subscriber = await negotiate(peers, ben, 'ana', 'receiveVideoFrom', { sender: 'ana_webcam' });
    await subscriber.receives({ audio: 10, video: 10 });
    const told = guests.map(({ notified }) => notified.length);
    const talks = guests.map(async (guest) => guest.talk());
    for (const node of rig.nodes) {
      await node.end();
      await node.start();
    }
    await subscriber.receives({ video: subscriber.received.video + 25 });
    for (const guest of guests) guest.hush();
    const said = (await Promise.all(talks)).flat();
    for (const guest of guests) await until('everybody has heard all', () => guest.heard.length >= said.length);
    for (const [index, guest] of guests.entries()) {
      expect(guest.losses, 'nobody is dropped').to.deep.equal([]);
      expect(guest.notified.length, 'nobody is told').to.equal(told[index]);
      expect(guest.heard).to.deep.equal(ana.heard);
      const own = (texts: readonly string[]): string[] => texts.filter((text) => text.startsWith(guest.name));
      expect(own(ana.heard), 'what is said is heard once, in order').to.deep.equal(own(said));
      expect(guest.resumed, 'its connection has ended').to.be.at.least(1);
    }
    expectGapless(subscriber);
    for (const guest of guests) await guest.leave();
    balancer.close();
    await rig.expectNothingLeft();
  });
});

/** As balancers do it: a node that is not ready gets no connections, once that is noticed. The others get them in turn. */
class Balancer {
  #ready: readonly number[] = [];
  #next = 0;
  #proxy: TcpProxy | undefined;
  readonly #checks: NodeJS.Timeout;

  private constructor(nodes: readonly Node[]) {
    const check = async (): Promise<void> => {
      const ports = nodes.map(async (node) => ((await node.isReady()) ? [node.port] : []));
      this.#ready = (await Promise.all(ports)).flat();
    };
    this.#checks = setInterval(() => void check(), 100);
  }

  static async before(nodes: readonly Node[]): Promise<Balancer> {
    const balancer = new Balancer(nodes);
    balancer.#proxy = await TcpProxy.to(() => balancer.#inTurn);
    await until('all nodes are ready', () => balancer.#ready.length === nodes.length);
    return balancer;
  }

  get port(): number {
    return this.#proxy?.port ?? 0;
  }

  close(): void {
    clearInterval(this.#checks);
    this.#proxy?.close();
  }

  get #inTurn(): readonly number[] {
    this.#next += 1;
    const first = this.#next % Math.max(1, this.#ready.length);
    return [...this.#ready.slice(first), ...this.#ready.slice(0, first)];
  }
}
