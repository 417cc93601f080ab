import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { droppingMessages } from '../cluster/processes/lossy-messages.js';
import { Rig } from '../cluster/processes/rig.js';
import type { Node } from '../cluster/processes/rig.js';
import { PeerProcess } from '../support/peer.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';
import { Person } from './person.js';

/** By hand: `RUNS=100 npx mocha test/client/nodes-by-chance.test.ts`. */
const runs = Number(process.env.RUNS ?? 1);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000) + 1);
const sockets = 12;
const roomCount = 3;
/** How long people and failures go on in a run, in ms. */
const runMs = 4_000;
/** Longer than any failure here. */
const graceMs = 15_000;
/** What a node has left is released after a minute, when no node that lives has seen its death. */
const leftMs = 75_000;
/** Of the messages that Redis brings. */
const dropped = 0.05;

/** Small, and the same for the same seed (Park and Miller). The order of what happens in several processes is not. */
class Chance {
  #state: number;

  constructor(from: number) {
    this.#state = from % 2_147_483_647 || 1;
  }

  get next(): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state / 2_147_483_647;
  }

  below(limit: number): number {
    return Math.floor(this.next * limit);
  }

  of<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }
}

/** One run: people who do what they like, and failures, until the time is over. */
class Run {
  readonly #rig: Rig;
  readonly #peers: PeerProcess;
  readonly #chance: Chance;
  readonly #name: string;
  readonly #all: Person[] = [];
  readonly #present = new Set<Person>();
  readonly #said = new Map<Person, string[]>();
  #until = 0;
  #isClosed = false;
  #isWithoutRedis = false;
  #names = 0;
  readonly log: string[] = [];

  constructor(rig: Rig, peers: PeerProcess, chance: Chance, name: string) {
    this.#rig = rig;
    this.#peers = peers;
    this.#chance = chance;
    this.#name = name;
  }

  async play(): Promise<void> {
    this.#until = Date.now() + runMs;
    const people = Promise.all(Array.from({ length: sockets }, async (_each, index) => this.#live(index)));
    // It is awaited below, and a run that fails before that ends them (`close`).
    people.catch(() => undefined);
    await Promise.all([this.#fail(), this.#fail()]);
    this.#note('no failures any more');
    await this.#rig.mend();
    this.#note('all nodes are there');
    await people;
    this.#note('all requests are answered');
    await this.#expectAgreement();
    this.#note('all agree');
    for (const person of this.#present) await person.leave();
    await this.#rig.expectNothingLeft(leftMs);
    this.#note('nothing is left');
    if (process.env.RUNS) process.stdout.write(`${this.log.join('\n')}\n`);
  }

  close(): void {
    this.#isClosed = true;
    for (const person of this.#present) person.close();
  }

  get #isOn(): boolean {
    return Date.now() < this.#until;
  }

  /** One socket, and those that use it one after the other. */
  async #live(index: number): Promise<void> {
    const chance = this.#chance;
    let person = await this.#enter(index);
    const asked: Promise<unknown>[] = [];
    while (this.#isOn) {
      await pause(chance.below(150));
      const others = [...this.#present].filter(({ room, name }) => room === person.room && name !== person.name);
      const other = chance.of(others);
      const step = chance.below(100);
      if (step < 55) asked.push(this.#say(person, `${person.name}'s ${this.#said.get(person)?.length ?? 0}`));
      else if (step < 62) asked.push(allowed(person.offer()));
      else if (step < 66) asked.push(allowed(person.unpublish()));
      else if (step < 74 && other) asked.push(allowed(person.want(other.name)));
      else if (step < 78 && other) asked.push(allowed(person.unwatch(other.name)));
      else if (step < 82) person.drop();
      else if (step < 85) {
        await Promise.all(asked.splice(0));
        this.#present.delete(person);
        await person.leave();
        person = await this.#enter(index);
      }
    }
    await Promise.all(asked);
  }

  async #enter(index: number): Promise<Person> {
    const room = `${this.#name} ${index % roomCount}`;
    const front = await this.#rig.front(this.#chance.below(this.#rig.nodes.length));
    let person: Person | undefined;
    // A connection that is lost before the client is in is not got back. It may be in all the same, until the grace time is over.
    while (!person) {
      if (this.#isClosed) throw new Error('The run is over');
      const name = `p${(this.#names += 1)}`;
      person = await Person.join(front, name, room, this.#peers).catch(() => undefined);
    }
    this.#all.push(person);
    this.#present.add(person);
    this.#said.set(person, []);
    return person;
  }

  async #say(person: Person, text: string): Promise<void> {
    this.#said.get(person)?.push(text);
    await person.say(text);
  }

  async #fail(): Promise<void> {
    const chance = this.#chance;
    while (this.#isOn) {
      await pause(chance.below(600));
      const node = chance.of(this.#rig.nodes);
      const step = chance.below(10);
      if (!node || !node.isRunning || node.isStopped) continue;
      if (step < 4) await this.#kill(node);
      else if (step < 6) await this.#stop(node);
      else if (step < 9) await this.#cut(node);
      else if (!this.#isWithoutRedis) await this.#killRedis();
    }
  }

  async #kill(node: Node): Promise<void> {
    this.#note('kill', node);
    await node.kill();
    await pause(this.#chance.below(1_000));
    await node.start();
  }

  async #stop(node: Node): Promise<void> {
    this.#note('stop', node);
    node.stop();
    await pause(this.#chance.below(3_000));
    node.goOn();
  }

  async #cut(node: Node): Promise<void> {
    const isSilent = this.#chance.next < 0.5;
    this.#note(isSilent ? 'silence' : 'cut', node);
    if (isSilent) node.toRedis.stop('there', 'back');
    else node.toRedis.cut();
    await pause(this.#chance.below(2_500));
    node.toRedis.goOn();
    node.toRedis.mend();
  }

  async #killRedis(): Promise<void> {
    this.#note('redis');
    this.#isWithoutRedis = true;
    await this.#rig.redis.kill();
    await pause(this.#chance.below(1_000));
    await this.#rig.redis.start();
    this.#isWithoutRedis = false;
  }

  #note(what: string, node?: Node): void {
    this.log.push(`${runMs - (this.#until - Date.now())} ms: ${what} ${node ? this.#rig.nodes.indexOf(node) : ''}`);
  }

  async #expectAgreement(): Promise<void> {
    await Promise.all([...this.#present].map(async (person) => this.#say(person, `${person.name}'s last`)));
    await until('everybody has heard the last words', () =>
      [...this.#present].every((person) =>
        [...this.#present].every(
          ({ name, room }) => room !== person.room || person.heard.includes(`${name}: ${name}'s last`),
        ),
      ),
    );
    for (const person of this.#all) {
      const { name, heard, unanswered, renewals } = person;
      expect(renewals, `${name} came back to the same session`).to.equal(0);
      expect(unanswered, `what the server has not answered ${name}`).to.deep.equal([]);
      expect(new Set(heard).size, `${name} heard nothing twice`).to.equal(heard.length);
      const own = heard.filter((line) => line.startsWith(`${name}: `));
      expect(own, `${name} was heard`).to.deep.equal(this.#said.get(person)?.map((text) => `${name}: ${text}`));
    }
    // Those whose join nobody heard of leave when their grace time is over, and are told to all by and by.
    let difference: string | undefined;
    await until('all are told the same', () => (difference = this.#difference()) === undefined).catch(() => {
      throw new Error(difference);
    });
  }

  /** The first one between what two people were told while both were there. */
  #difference(): string | undefined {
    for (const earlier of this.#all) {
      for (const later of this.#all) {
        const [before, after] = this.#toldBoth(earlier, later);
        const at = before.findIndex((line, index) => line !== after[index]);
        const place = at === -1 && after.length > before.length ? before.length : at;
        if (place === -1) continue;
        const said = [before, after].map((lines) => lines.slice(Math.max(0, place - 3), place + 3).join(' | '));
        return `${earlier.name} and then ${later.name} were told, about ${place} of ${before.length}: ${said.join(' /// ')}`;
      }
    }
    return undefined;
  }

  #toldBoth(earlier: Person, later: Person): readonly [before: readonly string[], after: readonly string[]] {
    const from = earlier.told.indexOf(`${later.name} is there`, earlier.present);
    if (earlier.room !== later.room || from === -1) return [[], []];
    // A person is not told of what it does itself.
    const isOfBoth = (line: string): boolean =>
      line.includes(': ') || ![earlier.name, later.name].includes(line.split(' ')[0] ?? '');
    const before = earlier.told.slice(from).filter(isOfBoth);
    const after = later.told.slice(later.present).filter(isOfBoth);
    const isWhole = this.#present.has(earlier) && this.#present.has(later);
    const length = isWhole ? undefined : Math.min(before.length, after.length);
    return [before.slice(0, length), after.slice(0, length)];
  }
}

/** What the server may refuse, since others do what they like. */
async function allowed(asked: Promise<unknown>): Promise<void> {
  await asked.catch(() => undefined);
}

describe('Twelve people, three nodes, and failures by chance', function () {
  this.timeout(150_000);
  inBrowserWorld();
  let rig: Rig;
  let peers: PeerProcess;

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    const chance = new Chance(seed);
    [rig, peers] = await Promise.all([Rig.start({ SESSION_GRACE_MS: String(graceMs) }), PeerProcess.start()]);
    for (const { toRedis } of rig.nodes) toRedis.sieve = droppingMessages(() => chance.next < dropped);
  });

  after(async () => {
    if (!RedisServer.isInstalled) return;
    await rig.close();
    await peers.stop();
  });

  for (let index = 0; index < runs; index += 1) {
    it(`agree in the end, with the seed ${seed + index}`, async () => {
      const run = new Run(rig, peers, new Chance(seed + index), `run ${index}`);
      try {
        await run.play();
      } catch (error) {
        await rig.mend();
        throw new Error(`${(error as Error).message}\n${run.log.join('\n')}`, { cause: error });
      } finally {
        run.close();
        peers.closeAll();
      }
    });
  }
});
