import { expect } from 'chai';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ovFact } from '../../../../dialects/openvidu/model/facts.js';
import type { OvFact } from '../../../../dialects/openvidu/model/facts.js';
import { ConfigError, configOf } from '../../../../src/config.js';
import { checkDialects } from '../../../../src/dialects.js';
import { until } from '../../../support/until.js';
import { RestStage } from '../rest/rest-stage.js';

/** The receiver of a back end. */
class Receiver {
  readonly facts: OvFact[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  answer: (response: ServerResponse) => void = (response) => response.end();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.headers.push(request.headers);
        this.facts.push(ovFact.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
        this.answer(response);
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get told(): string[] {
    return this.facts.map((fact) => {
      const direction = 'connection' in fact ? ` ${fact.connection}` : '';
      return `${fact.event}${direction}${'reason' in fact ? ` ${fact.reason}` : ''}`;
    });
  }
}

describe('the webhook of OpenVidu', () => {
  let receiver: Receiver;
  let stage: RestStage;

  const start = async (openvidu: object = {}): Promise<void> => {
    receiver = new Receiver();
    await receiver.start();
    const { url: webhookEndpoint } = receiver;
    stage = new RestStage({
      adminToken: 'token',
      openvidu: {
        webhook: true,
        webhookEndpoint,
        webhookHeaders: '["X-Key: k", "Authorization: Basic abc"]',
        ...openvidu,
      },
    });
    await stage.start();
  };

  afterEach(async () => {
    receiver.stop();
    await stage.stop();
    expect(stage.defects).to.deep.equal([]);
  });

  it('is told what happens, in order and with its headers', async () => {
    await start();
    const { session, connection, page } = await stage.member('A', { data: 'server' });
    const other = session.addConnection({
      type: 'WEBRTC',
      data: '',
      role: 'PUBLISHER',
      record: true,
      customIceServers: [],
    });
    const second = stage.enter(session, other);
    const stream = await stage.publish(connection, page);
    other.subscribed(connection);
    await stage.api('POST', '/signal', { session: 'A', type: 'x', data: 'd' });
    page.leave();
    await stage.api('DELETE', '/sessions/A');
    expect(second.closed).to.equal(true);
    await until('all is told', () => receiver.told.at(-1)?.startsWith('sessionDestroyed') === true);
    expect(receiver.told).to.deep.equal([
      'sessionCreated',
      'participantJoined',
      'participantJoined',
      'webrtcConnectionCreated OUTBOUND',
      'webrtcConnectionCreated INBOUND',
      'signalSent',
      'webrtcConnectionDestroyed INBOUND disconnect',
      'webrtcConnectionDestroyed OUTBOUND disconnect',
      'participantLeft disconnect',
      'participantLeft sessionClosedByServer',
      'sessionDestroyed sessionClosedByServer',
    ]);
    const [headers] = receiver.headers;
    expect(headers).to.include({ 'x-key': 'k', authorization: 'Basic abc', 'content-type': 'application/json' });
    const [, joined] = receiver.facts;
    expect(joined).to.include({
      ...{
        sessionId: 'A',
        uniqueSessionId: session.uniqueId,
        connectionId: connection.id,
        participantId: connection.id,
      },
      ...{ location: 'unknown', ip: '192.0.2.1', platform: 'Chrome 130', serverData: 'server' },
      clientData: '{"clientData":"Ana"}',
    });
    expect(receiver.facts[3]).to.include({
      ...{ streamId: stream.id, audioEnabled: true, videoEnabled: true, videoSource: 'CAMERA', videoFramerate: 30 },
      videoDimensions: '{"width":640,"height":480}',
    });
    expect(receiver.facts[4]).to.include({ connectionId: other.id, receivingFrom: connection.id });
    expect(receiver.facts[5]).to.deep.include({ from: null, to: [connection.id, other.id], type: 'x', data: 'd' });
  });

  it('is told what its list names alone', async () => {
    await start({ webhookEvents: '[participantLeft,sessionDestroyed]' });
    const { page } = await stage.member('A');
    page.leave();
    await until('all is told', () => receiver.told.length === 2);
    expect(receiver.told).to.deep.equal(['participantLeft disconnect', 'sessionDestroyed lastParticipantLeft']);
  });

  it('harms nobody when it hangs: sessions go on, and the oldest of what waits is given up and counted', async () => {
    await start();
    await stage.stop();
    const waiting: ServerResponse[] = [];
    receiver.answer = (response) => waiting.push(response);
    stage = new RestStage({
      adminToken: 'token',
      webhookQueue: 2,
      openvidu: { webhook: true, webhookEndpoint: receiver.url },
    });
    await stage.start();
    const { page } = await stage.member('A');
    await until('it has one', () => waiting.length === 1);
    const { page: second } = await stage.member('A');
    second.leave();
    page.leave();
    expect(stage.rooms.names).to.deep.equal([]);
    const metrics = async (): Promise<string> =>
      (await stage.ask('GET', '/metrics', { password: null, headers: { authorization: 'Bearer token' } })).text;
    expect(await metrics()).to.match(/atrium_webhooks_total\{outcome="dead",event="participantJoined"\} 2/);
    receiver.answer = (response) => response.end();
    for (const response of waiting) response.end();
    await until('the rest is told', () => receiver.told.length === 3);
    expect(receiver.told).to.deep.equal([
      'sessionCreated',
      'participantLeft disconnect',
      'sessionDestroyed lastParticipantLeft',
    ]);
  });

  it('is followed to no other address, and what it refuses is not sent again', async () => {
    await start();
    receiver.answer = (response) => response.writeHead(302, { location: '/elsewhere' }).end();
    const { page } = await stage.member('A');
    page.leave();
    await until('all is told', () => receiver.told.length === 4);
    expect(new Set(receiver.told).size).to.equal(4);
  });
});

describe('the options of the webhook of OpenVidu', () => {
  it('need an address where it is wanted', () => {
    const config = configOf({ openvidu: { secret: 's', webhook: true } });
    expect(() => {
      checkDialects(config);
    }).to.throw(ConfigError, 'OPENVIDU_WEBHOOK_ENDPOINT');
    const { webhookEvents } = configOf({ openvidu: { webhookEvents: 'signalSent' } }).openvidu;
    expect(webhookEvents).to.deep.equal(['signalSent']);
    expect(() => configOf({ openvidu: { webhookEvents: 'nothing' } })).to.throw(ConfigError);
  });
});
