import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { io } from 'socket.io-client';
import { Proofs, proofHeader } from '../../transport/tunnel/proof.js';
import { configOf } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import { freePort } from '../../tools/free-port.js';
import { Gateway, GivenOwner, clusterSecret, nodeAt, passing } from '../support/gateway.js';
import { send } from '../support/http.js';
import { ServerProcess } from '../support/server-process.js';
import { SilentServer } from '../support/silent-server.js';
import { until } from '../support/until.js';
import { ConciergeClient } from '../dialects/concierge/concierge-client.js';
import { Page, transports } from '../dialects/compeit/page.js';
import { TestClient } from '../dialects/easyrtc/test-client.js';
import { OrchestratorClient } from '../dialects/orchestrator/orchestrator-stage.js';
import { Visitor, doors, enter } from './doors.js';
import { ask } from './line.js';
import type { WebSocketLine } from './line.js';
import { RawClient } from './plain-doors.js';
import { DoorStage } from './stage.js';

const worldDoors = doors.filter(({ name }) => !name.startsWith('room'));

/** Two nodes: one that serves the clients of all worlds, and one that passes them on. */
class TwoNodes {
  readonly worlds = new GivenOwner();
  readonly owner: DoorStage;
  readonly #config: GivenConfig;
  #gateway: Gateway | undefined;

  /** @param config of both. @param ofGateway what the gateway has otherwise */
  constructor(config: GivenConfig = {}, ofGateway: GivenConfig = {}) {
    this.owner = new DoorStage(config, { passing: passing('the owner', this.worlds) });
    this.#config = { ...config, ...ofGateway };
  }

  async start(): Promise<void> {
    await this.owner.start();
    this.#gateway = await Gateway.start(nodeAt('the owner', this.owner.origin), configOf(this.#config));
  }

  async stop(): Promise<void> {
    await this.#gateway?.stop();
    await this.owner.stop();
  }

  get gateway(): Gateway {
    if (!this.#gateway) throw new Error('The nodes are not started');
    return this.#gateway;
  }

  /** Cuts all off, and resolves when nothing is left of them on either node. */
  async empty(): Promise<void> {
    await this.owner.empty();
    const { doors: its } = this.gateway.service;
    await until('nothing is left at the gateway', () => {
      return its.connections + its.passedOn + its.gate.clientAddresses === 0;
    });
  }

  static use(...args: ConstructorParameters<typeof TwoNodes>): TwoNodes {
    const nodes = new TwoNodes(...args);
    before(() => nodes.start());
    after(() => nodes.stop());
    return nodes;
  }
}

const files = { files: 'uuid', filesDir: mkdtempSync(join(tmpdir(), 'atrium-tunnel-')) } as const;

const forgery = new Proofs({ secret: 'x'.repeat(32), nodeId: 'a stranger', now: Date.now });

describe('Through a node that is not the owner of a world', function () {
  this.timeout(60_000);

  after(() => {
    rmSync(files.filesDir, { recursive: true });
  });

  describe('comes every client', () => {
    const nodes = TwoNodes.use();
    afterEach(() => nodes.empty());

    for (const door of worldDoors) {
      it(door.name, async () => {
        const { owner, gateway } = nodes;
        const [far, near] = [
          owner.keep(await enter(door, gateway.origin, { name: 'ada' })),
          owner.keep(await enter(door, owner.origin, { name: 'bob' })),
        ];
        far.line.send(door.speech.say(far, 'hall', 'from far'));
        expect(await near.next(door.speech.heard)).to.include('from far');
        near.line.send(door.speech.say(near, 'hall', 'from near'));
        await far.next(/from near/);
        expect(owner.clients).to.equal(2);
        expect(gateway.service.dialects.filter(({ state }) => state.connections > 0)).to.deep.equal([]);
      });
    }
  });

  describe('comes a client with its own library', () => {
    const nodes = TwoNodes.use({ concierge: files });
    afterEach(() => nodes.empty());

    for (const transport of ['websocket', 'polling']) {
      it(`EasyRTC by ${transport}`, async () => {
        const clients: TestClient[] = [];
        for (const username of ['ada', 'bob']) {
          const client = await TestClient.connect(nodes.gateway.origin, { transports: [transport] });
          await client.authenticate({ username });
          clients.push(client);
        }
        for (const client of clients) client.cut();
      });

      it(`the Orchestrator by ${transport}, with 20 MB in its data streams`, async () => {
        const clients: OrchestratorClient[] = [];
        for (const userName of ['ada', 'bob']) {
          const url = `${nodes.gateway.origin}/orchestrator`;
          const client = new OrchestratorClient(
            io(url, { forceNew: true, reconnection: false, transports: [transport] }),
          );
          await client.connected;
          client.userId = (await client.get('Login', { userName })).userId as string;
          clients.push(client);
        }
        const [ada, bob] = clients as [OrchestratorClient, OrchestratorClient];
        await bob.get('JoinSession', { sessionId: await ada.makes('demo') });
        await ada.next();
        await bob.get('RegisterForDataStream', ada.userId, 'k');
        for (let part = 0; part < 10; part += 1) {
          const bytes = Buffer.alloc(2_000_000, part);
          bytes.writeUInt32BE(part, 999_999);
          ada.socket.emit('SendData', 'k', bytes);
          const [, from, , got] = (await bob.next()) as [string, string, string, Buffer];
          expect(from).to.equal(ada.userId);
          expect(Buffer.compare(got, bytes), `part ${part}`).to.equal(0);
        }
        for (const client of clients) client.socket.disconnect();
      });
    }

    it('that changes from polling to a WebSocket on the way', async () => {
      const socket = io(nodes.gateway.origin, { forceNew: true, reconnection: false });
      await new Promise((resolve) => socket.io.engine.once('upgrade', resolve));
      expect(await socket.emitWithAck('easyrtcCmd', { msgType: 'getRoomList' })).to.have.property('msgType', 'error');
      socket.disconnect();
    });

    it('ERT Concierge, with its files', async () => {
      const { origin } = nodes.gateway;
      const ada = await ConciergeClient.connect(`${origin}/`, 'concierge', ['ert-concierge'], {});
      await ada.identify({ name: 'ada', version: '0.1.0' });
      const body = Buffer.alloc(500_000, 'x');
      const headers = { 'x-fs-key': ada.uuid };
      const put = await fetch(`${origin}/fs/ada/a.bin`, { method: 'PUT', body, headers });
      expect(put.status).to.equal(201);
      const got = await fetch(`${nodes.owner.origin}/fs/ada/a.bin`, { headers });
      expect(Buffer.compare(Buffer.from(await got.arrayBuffer()), body)).to.equal(0);
      expect((await fetch(`${origin}/fs/ada/b.bin`, { headers })).status).to.equal(404);
      ada.cut();
    });

    for (const transport of transports) {
      it(`COMPEIT by ${transport}`, async () => {
        const page = await Page.connect(nodes.gateway.origin, transport, 'name=ada');
        page.emit('join_room', { room: 'hall' });
        await page.take('room_joined');
        page.cut();
      });
    }
  });

  describe('the owner hears', () => {
    const ip = '2001:db8::7';
    const nodes = TwoNodes.use({ easyrtc: { maxConnectionsPerAddress: 2 } }, { trustedProxies: ['loopback'] });
    afterEach(() => nodes.empty());
    const [door] = worldDoors.filter(({ name }) => name === 'EasyRTC, polling, Engine.IO 4');
    const isLetIn = async (origin: string, headers: Record<string, string>): Promise<boolean> => {
      if (!door) throw new Error('there is such a door');
      const visitor = nodes.owner.keep(new Visitor(await door.open(origin, headers), door.speech, 'ada'));
      return door.speech.enter(visitor, 'hall').then(
        () => true,
        () => false,
      );
    };

    it('from which address a client comes, and counts it there', async () => {
      const came: boolean[] = [];
      for (const address of [ip, ip, ip, '2001:db8:1::7']) {
        came.push(await isLetIn(nodes.gateway.origin, { 'X-Forwarded-For': address }));
      }
      expect(came).to.deep.equal([true, true, false, true]);
    });

    it('nothing of what a stranger says of itself', async () => {
      const path = door?.first.path ?? '';
      const forged = (address: string): Record<string, string> => ({
        [proofHeader]: forgery.sign(plainRequest('GET', path), 'the owner', {
          address,
          secure: true,
          host: 'x.example',
        }),
      });
      const came: boolean[] = [];
      for (const address of [ip, '2001:db8:1::7', '2001:db8:2::7']) {
        came.push(await isLetIn(nodes.owner.origin, forged(address)));
      }
      expect(came).to.deep.equal([true, true, false]);
      // A page of another site stays one, whatever host the header names.
      const headers = { origin: 'https://x.example', ...forged(ip) };
      expect((await send(nodes.owner.origin + path, { headers })).status).to.equal(403);
    });

    it('a proof that was seen on its way once', async () => {
      const path = '/socket.io/1/';
      const third = new Proofs({ secret: clusterSecret, nodeId: 'a third node', now: Date.now });
      const claim = { address: ip, secure: false, host: new URL(nodes.owner.origin).host };
      const headers = { [proofHeader]: third.sign(plainRequest('OPTIONS', path), 'the owner', claim) };
      const statuses: number[] = [];
      for (let time = 0; time < 2; time += 1) {
        statuses.push((await send(nodes.owner.origin + path, { method: 'OPTIONS', headers })).status);
      }
      expect(statuses).to.deep.equal([200, 503]);
    });

    it('of no request with a proof that does not hold, which is not passed on', async () => {
      const answer = await send(`${nodes.gateway.origin}/socket.io/?EIO=4&transport=polling`, {
        headers: { [proofHeader]: 'x.y' },
      });
      expect([answer.status, answer.headers['retry-after']]).to.deep.equal([503, '1']);
    });
  });

  it('no limit for one address holds for the connections of a node', async () => {
    const limits = { maxConnectionsPerAddress: 4, maxNewcomersPerAddress: 4 };
    const nodes = new TwoNodes(limits, { trustedProxies: ['loopback'] });
    await nodes.start();
    const [door] = worldDoors.filter(({ name }) => name.startsWith('EasyRTC, WebSocket'));
    if (!door) throw new Error('there is such a door');
    const comeIn = async (client: number): Promise<void> => {
      const address = { 'X-Forwarded-For': `192.0.2.${client}` };
      const visitor = new Visitor(await door.open(nodes.gateway.origin, address), door.speech, `client${client}`);
      nodes.owner.keep(visitor);
      await door.speech.enter(visitor, 'hall');
    };
    const asked = async (): Promise<number> => (await send(`${nodes.owner.origin}/getAllRooms`)).status;
    for (let client = 0; client < 6; client += 1) await comeIn(client);
    expect(await asked(), 'others at the address of the gateway').to.equal(200);
    // A stranger there has all that it may have.
    const strangers = Array.from({ length: 4 }, () => new RawClient(nodes.owner.origin));
    await Promise.all(strangers.map(({ socket }) => once(socket, 'connect')));
    await until('they are counted', async () => (await asked()) === 503);
    for (let client = 6; client < 12; client += 1) await comeIn(client);
    expect(await asked(), 'the stranger').to.equal(503);
    for (const { socket } of strangers) socket.destroy();
    await until('they are gone', async () => (await asked()) === 200);
    await nodes.empty();
    await nodes.stop();
  });

  it('plain requests count at the node that a client comes to, and once', async () => {
    const few = { maxRequestRate: 1, maxRequestBurst: 3 };
    const many = { maxRequestRate: 1_000, maxRequestBurst: 1_000 };
    const answers: (number | undefined)[][] = [];
    for (const [ofOwner, ofGateway] of [
      [few, many],
      [many, few],
    ] as const) {
      const nodes = new TwoNodes(ofOwner, ofGateway);
      await nodes.start();
      const agent = new Agent({ keepAlive: true });
      const statuses: (number | undefined)[] = [];
      for (let count = 0; count < 4; count += 1) {
        const { status } = await ask(`${nodes.gateway.origin}/fs/ada/x`, {}, undefined, undefined, agent);
        statuses.push(status);
      }
      agent.destroy();
      answers.push(statuses);
      await nodes.stop();
    }
    expect(answers).to.deep.equal([
      [404, 404, 404, 404],
      [404, 404, 404, 429],
    ]);
  });

  describe('when the owner', () => {
    let owner: ServerProcess;
    let gateway: Gateway;
    const lines: Visitor[] = [];

    beforeEach(async () => {
      owner = await ServerProcess.start(0, {}, ['--import', 'tsx', 'test/doors/owner-program.ts']);
      gateway = await Gateway.start(nodeAt('the owner', owner.url));
      for (const [index, door] of worldDoors.entries()) {
        lines.push(await enter(door, gateway.origin, { name: `client${index}` }));
      }
    });
    afterEach(async () => {
      for (const { line } of lines.splice(0)) line.cut();
      await gateway.stop();
      await owner.end('SIGKILL');
    });

    it('is killed, every client hears it at once, and may try again', async () => {
      await owner.end('SIGKILL');
      for (const { line } of lines) expect(await line.closed).to.match(/^(1006|503 .*)$/s);
      const { doors: its } = gateway.service;
      await until('nothing is left', () => its.connections + its.passedOn + its.gate.clientAddresses === 0);
      const answer = await send(`${gateway.origin}/socket.io/?EIO=4&transport=polling`);
      expect([answer.status, answer.headers['retry-after']]).to.deep.equal([503, '1']);
      expect(JSON.parse(answer.text)).to.have.property('message', 'The node that serves these clients does not answer');
      const upgrade = new RawClient(gateway.origin);
      upgrade.send(upgradeHead('/concierge'));
      await upgrade.closed();
      expect(upgrade.statuses).to.deep.equal(['503']);
      expect(gateway.worlds.mistakes).to.include('the owner');
    });

    it('is dead, which its connections do not show, they are closed as well', async () => {
      owner.signal('SIGSTOP');
      gateway.worlds.owner = undefined;
      gateway.service.doors.nodeLost('the owner');
      for (const { line } of lines) expect(await line.closed).to.match(/^(1006|503 .*)$/s);
    });
  });

  describe('comes a client whose owner has changed since it was asked for', () => {
    const nodes = TwoNodes.use();
    afterEach(() => nodes.empty());

    for (const door of worldDoors.filter(({ name }) =>
      /^Concierge|^EasyRTC, WebSocket.*4$|polling.*(4|0\.9)$/.test(name),
    )) {
      it(`${door.name}: at once, to the node that is the owner now, be it this one`, async () => {
        const { gateway, owner } = nodes;
        for (const next of [nodeAt('the owner', owner.origin), 'here'] as const) {
          gateway.worlds.owner = nodeAt('the former owner', owner.origin);
          gateway.worlds.next = next;
          const visitor = owner.keep(await enter(door, gateway.origin, { name: 'ada' }));
          await visitor.ask();
          const atGateway = gateway.service.dialects.reduce((sum, { state }) => sum + state.connections, 0);
          expect([owner.clients, atGateway]).to.deep.equal(next === 'here' ? [0, 1] : [1, 0]);
          await nodes.empty();
        }
      });
    }
  });

  describe('is refused what', () => {
    const nodes = TwoNodes.use();
    afterEach(async () => {
      nodes.worlds.owner = 'here';
      nodes.gateway.worlds.next = undefined;
      nodes.gateway.worlds.owner = nodeAt('the owner', nodes.owner.origin);
      await nodes.empty();
    });
    const path = '/socket.io/?EIO=4&transport=polling';

    const refusal = async (): Promise<unknown[]> => {
      const { status, headers, text } = await send(nodes.gateway.origin + path);
      const upgrade = new RawClient(nodes.gateway.origin);
      upgrade.send(upgradeHead('/concierge'));
      await upgrade.closed();
      const { message } = JSON.parse(text) as { readonly message: string };
      expect(upgrade.body.trim()).to.equal(message);
      expect(upgrade.statuses).to.deep.equal([String(status)]);
      return [status, headers['retry-after'], message];
    };

    it('has moved meanwhile: it is never passed on twice', async () => {
      nodes.worlds.owner = nodeAt('the gateway', nodes.gateway.origin);
      expect(await refusal()).to.deep.equal([503, '1', 'Another node serves these clients now']);
      expect(nodes.gateway.worlds.mistakes.slice(-2)).to.deep.equal(['the owner', 'the owner']);
    });

    it('has moved twice meanwhile: the next owner is asked once', async () => {
      const { worlds } = nodes.gateway;
      nodes.worlds.owner = undefined;
      worlds.owner = nodeAt('the former owner', nodes.owner.origin);
      worlds.next = nodeAt('the owner', nodes.owner.origin);
      expect(await refusal()).to.deep.equal([503, '1', 'Another node serves these clients now']);
      // A plain request, and then an upgrade, which goes to the second one at once.
      expect(worlds.mistakes.slice(-3)).to.deep.equal(['the former owner', 'the owner', 'the owner']);
    });

    it('nobody serves, or a node without NODE_URL', async () => {
      nodes.gateway.worlds.owner = undefined;
      expect(await refusal()).to.deep.equal([503, '1', 'No node serves these clients at the moment']);
      nodes.gateway.worlds.owner = Promise.resolve(undefined);
      expect(await refusal()).to.deep.equal([503, '1', 'No node serves these clients at the moment']);
      nodes.gateway.worlds.owner = { node: 'the owner', url: '' };
      expect(await refusal()).to.deep.equal([
        503,
        '1',
        'Another node serves these clients. This one cannot pass them on, since NODE_URL or CLUSTER_SECRET is not set',
      ]);
    });

    it('leads to a node that has started anew at the same address', async () => {
      nodes.gateway.worlds.owner = nodeAt('the former owner', nodes.owner.origin);
      expect(await refusal()).to.deep.equal([503, '1', 'Another node serves these clients now']);
    });

    it('is to go to nobody at that address', async () => {
      nodes.gateway.worlds.owner = { node: 'gone', url: `http://127.0.0.1:${await freePort()}` };
      expect(await refusal()).to.deep.equal([503, '1', 'The node that serves these clients does not answer']);
    });

    it('goes to a node with another secret', async () => {
      const other = await Gateway.start('here', configOf(), {}, { secret: 'another secret, as long as the first' });
      // It is served as a stranger there, and by nobody else.
      other.worlds.owner = nodeAt('the owner', nodes.owner.origin);
      nodes.gateway.worlds.owner = nodeAt('the gateway', other.origin);
      expect((await send(nodes.gateway.origin + path)).status).to.equal(503);
      await other.stop();
    });
  });

  it('it is found out later who the owner is, and the client is passed on then', async () => {
    const nodes = new TwoNodes();
    await nodes.start();
    let decide: (url: string) => void = () => undefined;
    nodes.gateway.worlds.owner = new Promise((resolve) => {
      decide = (url) => {
        resolve(nodeAt('the owner', url));
      };
    });
    const coming = worldDoors.map(async (door, index) =>
      nodes.owner.keep(await enter(door, nodes.gateway.origin, { name: `client${index}` })),
    );
    const gone = new RawClient(nodes.gateway.origin);
    gone.send(upgradeHead('/concierge'));
    await once(gone.socket, 'connect');
    gone.cut();
    decide(nodes.owner.origin);
    for (const visitor of await Promise.all(coming)) await visitor.ask();
    await nodes.empty();
    await nodes.stop();
  });

  describe('slowly', () => {
    const nodes = TwoNodes.use({
      maxQueuedBytes: 1_000_000,
      messageMs: 1_000,
      concierge: { maxQueuedBytes: 1_000_000 },
    });
    afterEach(() => nodes.empty());
    const [door] = worldDoors.filter(({ name }) => name.startsWith('Concierge'));

    it('a client that does not read is cut off, and little waits for it', async () => {
      if (!door) throw new Error('there is such a door');
      const writer = nodes.owner.keep(await enter(door, nodes.owner.origin, { name: 'ada' }));
      const reader = nodes.owner.keep(await enter(door, nodes.gateway.origin, { name: 'bob' }));
      const { webSocket, socket } = reader.line as WebSocketLine;
      webSocket.pause();
      const text = 'x'.repeat(10_000);
      let sent = 0;
      // The system takes several MB for both connections.
      while (nodes.owner.clients === 2 && sent < 10_000) {
        for (let count = 0; count < 20; count += 1) writer.line.send(door.speech.say(writer, 'hall', text));
        sent += 20;
        await writer.ask();
        expect(process.memoryUsage().arrayBuffers).to.be.below(400_000_000);
      }
      expect(nodes.owner.clients).to.equal(1);
      await until('the gateway has let go', () => nodes.gateway.service.doors.passedOn === 0);
      socket.destroy();
    });
  });

  describe('a hostile client', () => {
    const nodes = TwoNodes.use({ messageMs: 600, firstRequestMs: 600, concierge: files });
    afterEach(() => nodes.empty());

    it('with a head of any size has an answer', async () => {
      for (const bytes of [12_000, 15_500, 40_000]) {
        for (const head of [plainHead, upgradeHead]) {
          const client = new RawClient(nodes.gateway.origin);
          client.send(head('/ws', [`X-Long: ${'x'.repeat(bytes)}`]));
          await client.answered(1);
          const allowed = head === plainHead ? ['426', '431'] : ['101', '431'];
          expect(allowed, `${bytes}`).to.include(client.statuses[0]);
          client.cut();
        }
      }
      const client = new RawClient(nodes.gateway.origin);
      client.send(plainHead('/socket.io/?EIO=4&transport=polling', [`X-Long: ${'x'.repeat(15_900)}`]));
      await client.answered(1);
      expect(['200', '431']).to.include(client.statuses[0]);
      client.cut();
    });

    it('with half a request is cut off, at both nodes', async () => {
      const { body } = { body: '/socket.io/?EIO=4&transport=polling' };
      for (const start of [
        'GET /ws HT',
        plainHead('/socket.io/1/', ['Content-Length: 10']),
        plainHead(body, ['Content-Length: 1000']).replace('GET', 'POST') + 'x',
        plainHead('/fs/ada/a', ['Transfer-Encoding: chunked']).replace('GET', 'PUT') + '5\r\nab',
      ]) {
        const client = new RawClient(nodes.gateway.origin);
        client.send(start);
        await client.closed();
      }
    });

    it('that leaves in the middle of a request, leaves nothing behind', async () => {
      const session = await send(`${nodes.gateway.origin}/socket.io/?EIO=4&transport=polling`);
      const [, sid = ''] = /"sid":"([^"]+)"/.exec(session.text) ?? [];
      for (const start of [
        plainHead(`/socket.io/?EIO=4&transport=polling&sid=${sid}`),
        plainHead('/fs/ada/a', ['Content-Length: 1000000']).replace('GET', 'PUT') + 'x'.repeat(100_000),
      ]) {
        const client = new RawClient(nodes.gateway.origin);
        client.send(start);
        await once(client.socket, 'connect');
        await until('it is passed on, or refused', () => {
          return nodes.gateway.service.doors.passedOn > 0 || client.statuses.length > 0;
        });
        client.cut();
      }
    });

    it('cannot make one request two', async () => {
      const seen: string[] = [];
      const spy = createServer((request, response) => {
        seen.push(`${request.method} ${request.url}`);
        request.resume().on('end', () => response.end('ok'));
      });
      await once(spy.listen(0, '127.0.0.1'), 'listening');
      nodes.gateway.worlds.owner = { node: 'spy', url: `http://127.0.0.1:${(spy.address() as AddressInfo).port}` };
      const inner = 'GET /stolen HTTP/1.1\r\nHost: x\r\n\r\n';
      for (const [method, framing] of [
        [
          'DELETE',
          `Transfer-Encoding: chunked\r\nContent-Type: x\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
        ],
        ['DELETE', `Content-Length: ${inner.length}\r\n\r\n${inner}`],
        ['GET', `Connection: close, content-length\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
        [
          'POST',
          `Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
        ],
      ] as const) {
        const client = new RawClient(nodes.gateway.origin);
        client.send(`${method} /fs/ada/a HTTP/1.1\r\nHost: 127.0.0.1\r\n${framing}`);
        await client.answered(1);
        client.cut();
      }
      nodes.gateway.worlds.owner = nodeAt('the owner', nodes.owner.origin);
      spy.closeAllConnections();
      spy.close();
      expect(seen.filter((line) => !line.endsWith(' /fs/ada/a'))).to.deep.equal([]);
      expect(seen).to.have.length.of.at.least(3);
    });
  });

  it('an owner that accepts and says nothing is given up', async () => {
    const silent = await SilentServer.start();
    const gateway = await Gateway.start(
      nodeAt('silent', `http://127.0.0.1:${silent.port}`),
      configOf({ messageMs: 300 }),
    );
    const client = new RawClient(gateway.origin);
    client.send(upgradeHead('/concierge'));
    await client.closed();
    expect(client.statuses).to.deep.equal(['503']);
    await gateway.stop();
    silent.stop();
  });

  it('an owner that sends its clients away does so with 1012, or as the transport can', async () => {
    const nodes = new TwoNodes();
    await nodes.start();
    const lines: Visitor[] = [];
    for (const [index, door] of worldDoors.entries()) {
      const origin = index % 2 === 0 ? nodes.gateway.origin : nodes.owner.origin;
      lines.push(nodes.owner.keep(await enter(door, origin, { name: `client${index}` })));
    }
    for (const world of ['concierge', 'socket.io']) nodes.owner.service.doors.sendAway(world, 'Another node goes on');
    for (const [index, { line }] of lines.entries()) {
      const door = worldDoors[index];
      const how = await line.closed;
      if (door?.library === 'engine.io' && door.transport === 'polling')
        expect(how, door.name).to.match(/^(1|400 .*)$/);
      else if (door?.name.startsWith('COMPEIT 0.9'))
        expect(how, door.name).to.match(/^(1000|503 the session is over|7:::1\+0)$/);
      else expect(how, door?.name).to.equal('1012 Another node goes on');
    }
    await until('all have left', () => nodes.owner.rooms.names.length === 0 && nodes.owner.clients === 0);
    await nodes.empty();
    await nodes.stop();
  });
});

/** As much of a request as a proof is about. */
function plainRequest(method: string, url: string): IncomingMessage {
  return { method, url, headers: {} } as unknown as IncomingMessage;
}

function plainHead(path: string, more: readonly string[] = []): string {
  return [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...more, '', ''].join('\r\n');
}

function upgradeHead(path: string, more: readonly string[] = []): string {
  const webSocket = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  return plainHead(path, [...webSocket, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', ...more]);
}
