import { expect } from 'chai';
import metaSchema from '@open-rpc/meta-schema';
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { administrator } from '../../../access/index.js';
import { protocolPage, protocolPagePath } from '../../../scripts/protocol-page.js';
import { errorTable } from '../../../dialects/kurento-room/error-table.js';
import { errorNames } from '../../../dialects/kurento-room/errors.js';
import { notifications } from '../../../dialects/kurento-room/notifications.js';
import { openRpcDocument } from '../../../dialects/kurento-room/openrpc.js';
import { requests } from '../../../dialects/kurento-room/requests.js';
import type { MethodName } from '../../../dialects/kurento-room/types.js';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { MemoryStore } from '../../support/memory-store.js';
import { RpcClient } from '../../support/rpc-client.js';
import type { WireFrame } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';

const draft7 = 'http://json-schema.org/draft-07/schema#';
const ajv = new Ajv({ strict: false, validateFormats: false });

describe('the OpenRPC document', () => {
  const document = openRpcDocument();

  it('is valid, and describes every request and every notification', () => {
    // The official schema refers to JSON Schema draft 7 by its own address.
    const text = JSON.stringify(metaSchema)
      .replaceAll('https://meta.json-schema.tools/#/definitions/JSONSchemaObject/', `${draft7}/`)
      .replaceAll(/https:\/\/meta\.json-schema\.tools\/?/g, draft7);
    const fits = ajv.compile(JSON.parse(text) as object);
    expect(fits(document), JSON.stringify(fits.errors)).to.be.true;
    expect(fits({ ...document, methods: [{}] }), 'the schema refuses nothing').to.be.false;
    expect(document.methods.map(({ name }) => name)).to.have.members(requests.map(({ name }) => name));
    expect(document['x-notifications'].map(({ name }) => name)).to.have.members(notifications.map(({ name }) => name));
  });

  it('has every error number once, and names each request that may get it', () => {
    const codes = document['x-errors'].map(({ code }) => code);
    expect(codes).to.have.members(Object.keys(errorNames).map(Number));
    const declared = errorTable().map(({ code }) => code);
    expect(new Set(declared)).to.deep.equal(new Set(codes));
    for (const { name, errors } of document.methods) {
      const expected = document['x-errors'].filter(({ conditions }) =>
        conditions.some((condition) => condition.requests.includes(name)),
      );
      expect(
        errors.map(({ code }) => code),
        name,
      ).to.deep.equal(expected.map(({ code }) => code));
    }
  });

  it('shows examples that fit the schemas', () => {
    for (const { params, result, example } of requests) {
      params.parse(example.params);
      result.parse(example.result);
    }
    for (const { params, example } of notifications) params.parse(example);
  });

  it('names each request and each notification once', () => {
    for (const list of [requests, notifications]) {
      const names = list.map(({ name }) => name);
      expect(new Set(names).size).to.equal(names.length);
    }
  });

  it('docs/protocol.md is what `npm run docs` makes of it', async () => {
    expect(readFileSync(protocolPagePath, 'utf8')).to.equal(await protocolPage(document));
  });
});

describe('rpc.discover and /api/v1/openrpc.json', () => {
  const server = useServer({ firstIsModerator: true }, { recordings: new MemoryStore() });

  it('give the same document, over the WebSocket without making a session', async () => {
    const served = (await (await fetch(`${server().url}api/v1/openrpc.json`)).json()) as object;
    expect(served).to.deep.equal(JSON.parse(JSON.stringify(openRpcDocument())));
    const ana = await RpcClient.connect(server().url);
    expect(await ana.request('rpc.discover')).to.deep.equal(served);
    const berta = await RpcClient.connect(server().url);
    const { sessionId } = await berta.request('connect');
    expect(await ana.refusal('rpc.discover', { sessionId })).to.equal(40_007);
    berta.cut();
    ana.cut();
  });

  it('are true: the messages of a conversation fit the schemas', async () => {
    const { methods, 'x-notifications': told } = openRpcDocument();
    const ana = await RpcClient.connect(server().url);
    const berta = await RpcClient.connect(server().url);
    const answered = new Set<string>();
    const frames: WireFrame[] = [];
    const ask = async (client: RpcClient, method: MethodName, params: object = {}): Promise<void> => {
      const { result } = await client.call(method, params);
      const schema = methods.find(({ name }) => name === method)?.result.schema ?? false;
      expect(ajv.validate(schema, result), `${method}: ${ajv.errorsText()} in ${JSON.stringify(result)}`).to.be.true;
      answered.add(method);
    };
    await ask(ana, 'ping', { interval: 5_000 });
    await ask(ana, 'connect');
    const features = ['state', 'moderation', 'metadata', 'streams', 'recording', 'lifecycle', 'quality'];
    await ask(ana, 'joinRoom', { user: 'ana', room: 'r', features: [...features, 'ice'] });
    await ask(berta, 'joinRoom', { user: 'berta', room: 'r' });
    await ask(ana, 'getIceServers');
    await ask(ana, 'reportMedia', {
      ...{ sender: 'berta', state: 'failed', relay: 'none' },
      candidatePairs: [{ local: 'host', remote: 'srflx', protocol: 'udp', state: 'failed' }],
    });
    const way = { loss: 0.1, rttMs: 40, kbps: 900 };
    for (let count = 0; count < 2; count += 1) await ask(ana, 'reportQuality', { up: way, down: way, frozenMs: 0 });
    await ask(ana, 'publishVideo', { sdpOffer: publishOffer });
    await ask(ana, 'onIceCandidate', { endpointName: 'ana', candidate: '', sdpMLineIndex: 0 });
    await ask(berta, 'receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    await ask(berta, 'restartIce', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    await ask(berta, 'setLastN', { n: 2 });
    await ask(berta, 'setSubscription', { sender: 'ana_webcam', video: false });
    await ask(berta, 'sendMessage', { message: 'x', userMessage: 'berta', roomMessage: 'r' });
    await ask(berta, 'sendData', { topic: 't', data: 'AA==', to: ['ana'] });
    await ask(berta, 'unsubscribeFromVideo', { sender: 'ana_webcam' });
    await ask(ana, 'unpublishVideo');
    await ask(berta, 'raiseHand', { raised: true });
    await ask(berta, 'updateState', { audio: false });
    await ask(berta, 'updateMetadata', { name: 'B', attributes: { seat: '4' } });
    await ask(ana, 'muteParticipant', { id: 'berta', kinds: ['audio'], muted: true });
    await ask(ana, 'requestUnmute', { id: 'berta', kinds: ['audio'] });
    await ask(ana, 'lowerHand', { id: 'berta' });
    await ask(ana, 'lockRoom', { locked: true });
    await ask(ana, 'updateRoom', { locked: false, waitingRoom: true, title: 'R' });
    await ask(ana, 'setGrants', { id: 'berta', grants: { canPublish: true } });
    await ask(ana, 'startRecording', { name: 'Monday', target: { participant: 'berta' }, kinds: ['audio'] });
    const { recordings } = (await ana.request('listRecordings')) as { recordings: { id: string }[] };
    for (const method of ['pauseRecording', 'resumeRecording', 'stopRecording'] as const) {
      await ask(ana, method, { id: recordings[0]?.id });
    }
    await ask(ana, 'listRecordings');
    for (const [method, id] of [
      ['admitParticipant', 'waiting-1'],
      ['denyParticipant', 'waiting-2'],
    ] as const) {
      const carla = await RpcClient.connect(server().url);
      const wish = { user: 'carla', room: 'r', features };
      expect(await carla.refusal('joinRoom', wish)).to.equal(401);
      await ask(ana, method, { id });
      frames.push(...(await framesOf(carla)));
      if (method === 'admitParticipant') await ask(carla, 'joinRoom', wish);
      await ask(carla, 'closeSession');
    }
    await ask(ana, 'publishVideo', { sdpOffer: publishOffer });
    await ask(ana, 'forceUnpublish', { id: 'ana' });
    await ask(ana, 'forceDisconnect', { id: 'berta' });
    const dora = await RpcClient.connect(server().url);
    await ask(dora, 'joinRoom', { user: 'dora', room: 'elsewhere', features });
    await ask(dora, 'setGrants', { id: 'dora', role: 'MODERATOR' });
    await ask(dora, 'closeRoom', { reason: 'r' });
    await ask(dora, 'joinRoom', { user: 'dora', room: 'elsewhere', features });
    await ask(dora, 'requestUnmute', { id: 'dora', kinds: ['video'] });
    await ask(dora, 'forceDisconnect', { id: 'dora' });
    frames.push(...(await framesOf(dora)));
    const program = { administrator: 'backend', bearer: administrator };
    server().rooms.find('r')?.moderatedBy(program).sendData('score', 'AA==');
    server().rooms.announceStop({ inMs: 5_000, comeBack: true, reason: undefined });
    await ask(ana, 'leaveRoom', { sessionId: (await ana.request('connect')).sessionId });
    await ask(ana, 'rpc.discover');
    frames.push(...(await framesOf(ana)), ...(await framesOf(berta)));
    await ask(ana, 'closeSession');
    // No handler is configured: customRequest is always refused.
    expect(requests.map(({ name }) => name).filter((name) => !answered.has(name))).to.deep.equal(['customRequest']);

    const heard = new Set(frames.map(({ method }) => method));
    for (const { method, params = {} } of frames) {
      const notification = told.find(({ name }) => name === method);
      expect(notification, method).to.not.equal(undefined);
      const described = notification?.params ?? [];
      const needed = described.filter(({ required }) => required).map(({ name }) => name);
      if (needed.length > 0) expect(params, method).to.include.all.keys(needed);
      expect(
        described.map(({ name }) => name),
        method,
      ).to.include.members(Object.keys(params));
      for (const { name, schema } of described.filter((each) => each.name in params)) {
        expect(ajv.validate(schema, params[name]), `${method}.${name}: ${ajv.errorsText()}`).to.be.true;
      }
    }
    const silent = ['mediaError', 'custonNotification', 'recordingFailed', 'layersWanted', 'activeSpeakersChanged'];
    expect(told.map(({ name }) => name).filter((name) => !heard.has(name))).to.deep.equal(silent);
    berta.cut();
    dora.cut();
  });
});

async function framesOf(client: RpcClient): Promise<readonly WireFrame[]> {
  await client.settle();
  return client.frames;
}
