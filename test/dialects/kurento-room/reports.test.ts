import { expect } from 'chai';
import { publishOffer } from '../../support/fixtures.js';
import { RecordingLog } from '../../support/recording-log.js';
import { RpcClient } from '../../support/rpc-client.js';
import { ServiceStage } from '../../support/service-stage.js';

const failed = 'a media connection failed';

describe('Kurento Room §3.14 reports of failed media', () => {
  let log: RecordingLog;
  let stage: ServiceStage;
  let ana: RpcClient;

  beforeEach(async () => {
    log = new RecordingLog();
    stage = new ServiceStage({}, { log });
    await stage.start();
  });

  afterEach(async () => {
    ana.cut();
    await stage.stop();
  });

  async function join(features?: readonly string[]): Promise<void> {
    ana = await RpcClient.connect(stage.service.url);
    await ana.request('joinRoom', { user: 'ana', room: 'r', ...(features && { features }) });
  }

  const lines = () => log.lines.filter(({ message }) => message === failed);

  it('are one line of the log each, with the pairs that were tried, the room, the participant and the address', async () => {
    await join(['reports']);
    const pair = { local: 'host', remote: 'srflx', protocol: 'udp', state: 'failed' };
    const pairs = [pair, { ...pair, local: 'relay', protocol: 'udp over tls' }, pair];
    const report = { sender: 'ana', state: 'failed', candidatePairs: pairs, relay: 'ready', count: 3 };
    await ana.request('reportMedia', report);
    expect(lines()).to.have.lengthOf(1);
    const [{ level, fields } = { level: '', fields: {} }] = lines();
    expect(level).to.equal('warn');
    expect(fields).to.include({
      ...{ room: 'r', participant: 'ana', sender: 'ana', relay: 'ready', count: 3, address: '127.0.0.1' },
      pairs: 'host-srflx udp failed (2), relay-srflx udp over tls failed',
    });
  });

  it('are refused when they are larger than any browser makes them', async () => {
    await join(['reports']);
    const pair = { local: 'host', remote: 'host', protocol: 'udp', state: 'failed' };
    for (const candidatePairs of [
      Array(65).fill(pair),
      [{ ...pair, state: 'x'.repeat(33) }],
      [{ ...pair, local: 'here' }],
    ]) {
      const { error } = await ana.call('reportMedia', { sender: 'ana', state: 'failed', candidatePairs });
      expect(error?.code).to.equal(-32602);
    }
    expect(lines()).to.deep.equal([]);
  });

  for (const [who, features, expected] of [
    ['a client that says nothing itself', undefined, 1],
    ['a client that reports', ['reports'], 0],
  ] as const) {
    it(`come ${expected === 1 ? '' : 'not '}from the media server for ${who}`, async () => {
      await join(features);
      await ana.request('publishVideo', { sdpOffer: publishOffer });
      const [endpoint] = stage.media.endpoints;
      const own = [
        'candidate:1 1 UDP 2015363327 10.0.0.1 40000 typ host',
        'candidate:2 1 TCP 1015 10.0.0.1 9 typ host',
      ];
      const remote = [
        'candidate:1 1 udp 2122260223 192.168.0.7 50000 typ host',
        'candidate:3 1 udp 41 1.2.3.4 6 typ srflx',
      ];
      endpoint?.listener.connectionFailed?.({ own, remote });
      expect(lines().map(({ fields }) => fields)).to.have.lengthOf(expected);
      if (expected === 0) return;
      expect(lines()[0]?.fields).to.include({
        ...{ room: 'r', participant: 'ana', sender: 'ana_webcam', address: '127.0.0.1' },
        pairs: 'host-host udp failed, srflx-host udp failed',
      });
    });
  }
});
