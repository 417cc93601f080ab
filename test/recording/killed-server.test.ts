import { EgressStatus } from '@livekit/protocol';
import { expect } from 'chai';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { manifestSchema } from '../../recording/manifest.js';
import type { Manifest } from '../../recording/manifest.js';
import { defaultBindAddress } from '../../media/embedded/transport/local-addresses.js';
import { timesOf } from '../support/ffprobe.js';
import { PeerProcess, sections } from '../support/peer.js';
import { serverProgram } from '../support/programs.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';
import { WebhookReceiver, webhookKey } from '../support/webhook-receiver.js';

const people = ['ana', 'ben', 'cem'];
const admin = 'a-secret-of-the-administrator-00';

describe('a recording of three people', function () {
  this.timeout(180_000);
  let directory: string;
  let peers: PeerProcess;
  let server: ServerProcess | undefined;
  let receiver: WebhookReceiver;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'atrium-killed-'));
    peers = await PeerProcess.start();
    receiver = await WebhookReceiver.start();
  });
  after(async () => {
    await server?.end('SIGKILL');
    await peers.stop();
    await receiver.die();
    rmSync(directory, { recursive: true });
  });

  async function start(): Promise<ServerProcess> {
    const env = {
      ...{ KMS_URIS: '', RECORDINGS_DIR: directory, RECORDINGS_MIN_FREE_MB: '1', ADMIN_TOKEN: admin },
      ...{ WEBHOOK_URLS: receiver.url, WEBHOOK_KEY: webhookKey.name, KEYS: `${webhookKey.name}:${webhookKey.secret}` },
    };
    server = await ServerProcess.start(0, env, [...serverProgram.execArgv, serverProgram.path]);
    return server;
  }

  /** What webhooks said of the recording, as EVENT STATUS. */
  function egress(): readonly string[] {
    return receiver.received.flatMap(({ event: { event, egressInfo: info } }) =>
      info ? [`${event} ${EgressStatus[info.status]}`] : [],
    );
  }

  async function publish(url: string, user: string): Promise<void> {
    const client = await RpcClient.connect(url);
    await client.request('joinRoom', { user, room: 'r' });
    const told: Promise<unknown>[] = [];
    const peer = await peers.open({
      sections: sections('sendonly'),
      bindAddress: defaultBindAddress(),
      onCandidate: (candidate) => told.push(client.request('onIceCandidate', { endpointName: user, ...candidate })),
    });
    const { sdpAnswer } = await client.request('publishVideo', { sdpOffer: peer.offer });
    peer.accept(String(sdpAnswer));
    const { candidate, sdpMid } = await client.notified('iceCandidate');
    peer.addCandidate({ candidate: String(candidate), sdpMid: String(sdpMid) });
    peer.send();
    await peer.connected();
    await Promise.all(told);
  }

  async function ask(path: string, method = 'GET'): Promise<unknown> {
    const answer = await fetch(`${server?.url ?? ''}api/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    });
    const body: unknown = await answer.json();
    if (!answer.ok) throw new Error(JSON.stringify(body));
    return body;
  }

  /** The one that is listed. */
  async function recording(): Promise<Manifest> {
    const list = z.object({ recordings: z.tuple([z.looseObject({ id: z.string() })]) });
    const { recordings } = list.parse(await ask('recordings'));
    return manifestSchema.parse(await ask(`recordings/${recordings[0].id}/manifest`));
  }

  it('is whole and listed as ready after the server was killed in the middle of it', async () => {
    const { url } = await start();
    for (const user of people) await publish(url, user);
    const { id } = z.object({ id: z.string() }).parse(await ask('rooms/r/recordings', 'POST'));
    await until('something of everybody is on the disk', async () => {
      const { files } = await recording();
      const sizes = files.map(({ file }) => statSync(join(directory, id, file), { throwIfNoEntry: false })?.size ?? 0);
      return sizes.length === people.length && sizes.every((size) => size > 10_000);
    });
    await until('webhooks tell that it runs', () => egress().length > 0);
    await server?.end('SIGKILL');
    await start();
    await until('it is ready', async () => (await recording()).state === 'ready', 60_000);
    const manifest = await recording();
    expect(manifest).to.deep.include({ id, state: 'ready', endReason: 'interrupted' });
    expect(manifest.files.map(({ participant }) => participant.id).sort()).to.deep.equal(people);
    await until('webhooks tell that it has ended', () => egress().length > 1);
    expect(egress()).to.deep.equal(['egress_started EGRESS_ACTIVE', 'egress_ended EGRESS_COMPLETE']);
    const { egressInfo } = receiver.received.find(({ event: { event } }) => event === 'egress_ended')?.event ?? {};
    expect([egressInfo?.egressId, egressInfo?.roomName]).to.deep.equal([id, 'r']);
    expect(egressInfo?.fileResults.map(({ filename, size }) => [filename, Number(size)])).to.deep.equal(
      manifest.files.map(({ file, bytes }) => [`${id}/${file}`, bytes]),
    );
    expect(receiver.faults).to.deep.equal([]);
    for (const { file, codecs, durationMs, available, sha256 } of manifest.files) {
      expect([...codecs].sort()).to.deep.equal(['opus', 'vp8']);
      expect(durationMs).to.be.above(500);
      expect([available, sha256?.length]).to.deep.equal([true, 64]);
      const path = join(directory, id, file);
      expect((await timesOf(path, 'a')).at(-1)).to.be.closeTo(durationMs / 1_000, 0.5);
      expect((await timesOf(path, 'v')).at(-1)).to.be.closeTo(durationMs / 1_000, 0.5);
    }
  });
});
