import { expect } from 'chai';
import { z } from 'zod';
import type { RunningServer } from '../../src/server.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { PeerProcess, sections } from '../support/peer.js';
import type { Peer } from '../support/peer.js';
import { RpcClient } from '../support/rpc-client.js';
import { startTestServer } from '../support/server.js';
import { until } from '../support/until.js';

const bindAddress = '127.0.0.1';
const features = ['streams'];
const health = z.object({ mediaServers: z.array(z.object({ up: z.boolean(), load: z.number() })) });

/** A client of the room protocol with media: it publishes video, and receives that of the others. */
class Person {
  readonly received = new Map<string, Peer>();
  camera: Peer | undefined;
  #sent = 0;

  constructor(
    readonly name: string,
    readonly client: RpcClient,
    readonly peers: PeerProcess,
  ) {}

  async publish(): Promise<void> {
    this.camera = await this.#negotiate('sendonly', this.name, 'publishVideo', {});
  }

  async receive(from: Person): Promise<void> {
    this.received.set(from.name, await this.#negotiate('recvonly', from.name, 'receiveVideoFrom', webcamOf(from)));
  }

  /** A keyframe and a few packets more. */
  send(): void {
    this.camera?.sendVideo(this.#sent + 1, this.#sent + 5);
    this.#sent += 5;
  }

  sees(other: Person): boolean {
    return (this.received.get(other.name)?.received.video ?? 0) > 0;
  }

  async #negotiate(direction: 'sendonly' | 'recvonly', of: string, method: string, params: object): Promise<Peer> {
    const told: Promise<unknown>[] = [];
    const peer = await this.peers.open({
      sections: sections(direction, ['video']),
      bindAddress,
      onCandidate: (candidate) => {
        told.push(this.client.request('onIceCandidate', { endpointName: of, ...candidate }));
      },
    });
    const { sdpAnswer } = await this.client.request(method, { ...params, sdpOffer: peer.offer });
    peer.accept(String(sdpAnswer));
    const { params: found } = await this.client.take(
      (frame) => frame.method === 'iceCandidate' && frame.params?.endpointName === of,
    );
    peer.addCandidate({ candidate: String(found?.candidate), sdpMid: String(found?.sdpMid) });
    await peer.connected();
    await Promise.all(told);
    return peer;
  }
}

function webcamOf({ name }: Person): { sender: string } {
  return { sender: `${name}_webcam` };
}

describe('a room of twelve over two embedded engines', function () {
  this.timeout(120_000);
  let engines: [EmbeddedEngine, EmbeddedEngine];
  let server: RunningServer;
  let peers: PeerProcess;
  let people: Person[] = [];

  before(async () => {
    [engines, peers] = await Promise.all([
      Promise.all([EmbeddedEngine.start(), EmbeddedEngine.start()]),
      PeerProcess.start(),
    ]);
    const kmsUris = engines.map(({ url }) => url);
    // The seventh one is on the other engine.
    server = await startTestServer({ kmsUris, adminToken, mediaServerLimit: 20, relayAbove: 0.3 });
    await until('both are up', async () => (await mediaServers()).every(({ up }) => up));
  });

  after(async () => {
    for (const { client } of people) client.cut();
    await Promise.all([peers.stop(), server.stop(), ...engines.map((engine) => engine.stop())]);
  });

  async function mediaServers() {
    return health.parse(await (await fetch(`${server.url}healthz`, asAdmin)).json()).mediaServers;
  }

  const loads = async (): Promise<number[]> => (await mediaServers()).map(({ load }) => load);

  async function enter(name: string): Promise<Person> {
    const client = await RpcClient.connect(server.url);
    await client.request('joinRoom', { user: name, room: 'large', features });
    return new Person(name, client, peers);
  }

  /** Each receives those of `of` but itself, all people at once. */
  async function receiveAll(by: readonly Person[], of: readonly Person[]): Promise<void> {
    await Promise.all(
      by.map(async (person) => {
        for (const other of of) if (other !== person) await person.receive(other);
      }),
    );
  }

  async function expectAllSeeAll(): Promise<void> {
    await until('all see all', () => {
      for (const person of people) person.send();
      return people.every((person) => people.every((other) => other === person || person.sees(other)));
    });
  }

  it('everybody sees everybody; when one engine dies only its half is told, and has everything back on the other', async () => {
    people = await Promise.all(Array.from({ length: 12 }, (_value, index) => enter(`p${index}`)));
    for (const person of people) await person.publish();
    expect(await loads()).to.deep.equal([6, 6]);
    await receiveAll(people, people);
    await expectAllSeeAll();
    // A publication and eleven subscriptions of each of six, an end for each of twelve relays.
    expect(await loads()).to.deep.equal([84, 84]);

    const [spared, doomed] = [people.slice(0, 6), people.slice(6)];
    for (const { client } of people) await client.settle();
    const known = new Map(people.map(({ name, client }) => [name, client.notifications.length]));
    const news = ({ name, client }: Person) => client.notifications.slice(known.get(name));
    await engines[1].kill();
    await Promise.all(
      doomed.map((person) =>
        until(`${person.name} is told`, () => news(person).filter(({ method }) => method === 'mediaError').length >= 7),
      ),
    );
    for (const person of doomed) {
      const lost = news(person).flatMap(({ method, params }) => (method === 'mediaError' ? [params?.sender] : []));
      expect(lost, 'of what goes on elsewhere, and of what it published').to.have.members([
        ...spared.map(({ name }) => name),
        undefined,
      ]);
    }
    for (const { client } of spared) await client.settle();
    for (const person of spared) {
      expect(news(person).map(({ method }) => method)).to.deep.equal(doomed.map(() => 'participantUnpublished'));
      for (const other of spared)
        if (other !== person) expect(person.received.get(other.name)?.state).to.equal('connected');
    }

    for (const person of doomed) person.received.clear();
    for (const person of spared) for (const { name } of doomed) person.received.delete(name);
    for (const person of doomed) await person.publish();
    await Promise.all([receiveAll(doomed, people), receiveAll(spared, doomed)]);
    await expectAllSeeAll();
    expect(await loads()).to.deep.equal([144, 0]);
  });
});
