import { expect } from 'chai';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindAddress, negotiate } from '../../../support/negotiate.js';
import { PeerProcess } from '../../../support/peer.js';
import { useServer } from '../../../support/server.js';
import { until } from '../../../support/until.js';
import { Page, secret } from '../stage.js';
import { unzipped } from './unzipped.js';

/** From the page and its back end to the archive, with a real embedded engine and somebody that sends. */
describe('a session of OpenVidu that an embedded engine records', function () {
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), 'openvidu-recordings-'));
  let peers: PeerProcess;
  const server = useServer({
    ...{ kmsUris: [], mediaBindAddress: bindAddress, recordingsDir: directory, recordingsMinFreeMb: 0 },
    openvidu: { secret, recording: true },
  });
  const headers = { authorization: `Basic ${Buffer.from(`OPENVIDUAPP:${secret}`).toString('base64')}` };
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const url = new URL(`/openvidu/api${path}`, server().url);
    const answer = await fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    return (await answer.json()) as Record<string, unknown>;
  };

  before(async () => {
    peers = await PeerProcess.start();
  });
  after(async () => {
    await peers.stop();
    rmSync(directory, { recursive: true });
  });

  it('is in an archive with the file of each stream', async () => {
    await ask('POST', '/sessions', { customSessionId: 'A' });
    const { token } = await ask('POST', '/sessions/A/connection', {});
    const page = await Page.connect(server().url, 'A', new URL(String(token)).searchParams.get('token') ?? '');
    await page.join();
    const params = { doLoopback: false, hasAudio: true, hasVideo: true, typeOfVideo: 'CAMERA', frameRate: 30 };
    const peer = await negotiate(peers, page.rpc, page.id, 'publishVideo', params);
    peer.send();
    expect(await ask('POST', '/recordings/start', { session: 'A', outputMode: 'INDIVIDUAL' })).to.include({
      status: 'started',
    });
    await until('it has been told so', async () =>
      (await page.told()).some(({ method }) => method === 'recordingStarted'),
    );
    await until('frames have come', () => {
      const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.webm'),
      );
      return files.some((name) => statSync(join(directory, name)).size > 10_000);
    });
    await ask('POST', '/recordings/stop/A');
    await until('it is ready', async () => (await ask('GET', '/recordings/A')).status === 'ready');
    const { url, size, duration } = await ask('GET', '/recordings/A');
    expect(duration).to.be.above(0);
    const files = unzipped(Buffer.from(await (await fetch(String(url), { headers })).arrayBuffer()));
    const [[name, content] = ['', Buffer.alloc(0)], [json] = ['']] = [...files];
    expect(name).to.match(new RegExp(`^str_CAM_\\w{4}_${page.id}\\.webm$`));
    expect(json).to.equal('A.json');
    expect(content.length).to.equal(size);
    expect(content.readUInt32BE(0), 'the first element of WebM').to.equal(0x1a45_dfa3);
    page.cut();
  });
});
