import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { stranger } from '../../rest/callers.js';
import type { Problem } from '../../rest/problem.js';
import { udpProbeHandlers } from '../../rest/udp-probes.js';
import { ServiceStage } from '../support/service-stage.js';
import { Asker } from './asker.js';

const admin = { Authorization: 'Bearer secret-token', 'Content-Type': 'application/json' };
const nonce = 'a-nonce-of-this-look';

describe('REST: datagrams for another server', () => {
  const stage = new ServiceStage({ adminToken: 'secret-token' });
  let asker: Asker;
  before(async () => {
    asker = await Asker.of(await stage.start());
  });
  after(() => stage.stop());

  const ask = (body: object, headers: Record<string, string> = admin) =>
    asker.ask('api/v1/udp-probes', 'POST', headers, JSON.stringify(body));

  it('are few and short, and say which ports have answered', async () => {
    const [open, silent] = [createSocket('udp4'), createSocket('udp4')];
    const heard: string[] = [];
    for (const socket of [open, silent]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    silent.on('message', (data: Buffer) => heard.push(data.toString()));
    open.on('message', (data: Buffer, { port, address }) => {
      const answer = data.toString().replace('probe', 'answer');
      // Somebody else may answer; only what belongs to this look counts.
      silent.send('atrium-answer another', port, address);
      open.send(answer, port, address);
    });
    const ports = [open.address().port, silent.address().port];
    const { status, body } = await ask({ address: '127.0.0.1', ports, nonce });
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ answered: [open.address().port] });
    expect(heard).to.deep.equal(Array(3).fill(`atrium-probe ${nonce}`));
    for (const socket of [open, silent]) socket.close();
  });

  it('are for administrators, and go to one machine', async () => {
    const probe = { address: '127.0.0.1', ports: [40_000], nonce };
    expect((await ask(probe, { 'Content-Type': 'application/json' })).status).to.equal(401);
    for (const wrong of [
      { address: '224.0.0.1' },
      { address: '255.255.255.255' },
      { address: '0.0.0.0' },
      { address: 'ff02::1' },
      { address: 'rooms.example' },
      { ports: [53] },
      { ports: [40_000, 40_001, 40_002] },
      { ports: [] },
      { nonce: 'short' },
      { nonce: `${nonce}\r\n` },
    ]) {
      expect((await ask({ ...probe, ...wrong })).status, JSON.stringify(wrong)).to.equal(400);
    }
  });

  it('are sent six times a minute at most, one look at a time', async () => {
    let now = 0;
    let end = (): void => undefined;
    const sent = (): Promise<number[]> =>
      new Promise(
        (resolve) =>
          (end = () => {
            resolve([]);
          }),
      );
    const { probeUdp } = udpProbeHandlers(
      sent,
      () => undefined,
      () => now,
    );
    const seenAs = () => ({ address: '', secure: false, proxy: 'none' }) as const;
    const asking = { isAdmin: true, caller: stranger, base: () => '', seenAs };
    const probe = async () => probeUdp({}, asking, { address: '127.0.0.1', ports: [40_000], nonce });
    const refused = () =>
      probe().then(
        () => undefined,
        (error: unknown) => (error as Problem).code,
      );
    for (let look = 0; look < 6; look += 1) {
      const asked = probe();
      expect(await refused(), 'beside another one').to.equal('too-many');
      end();
      await asked;
      now += 1_000;
    }
    expect(await refused(), 'the seventh').to.equal('too-many');
    now = 60_000;
    const later = probe();
    end();
    await later;
  });
});
