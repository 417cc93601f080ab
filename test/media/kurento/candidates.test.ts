import { expect } from 'chai';
import { MediaError } from '../../../media/errors.js';
import type { IceCandidate } from '../../../media/port.js';
import { until } from '../../support/until.js';
import { ScriptedRoom } from './scripted-room.js';

const offer = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:sound',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:picture',
  '',
].join('\r\n');

function candidate(port: number, more: Partial<IceCandidate> = {}): IceCandidate {
  return {
    candidate: `candidate:1 1 udp 2122260223 192.0.2.1 ${port} typ host`,
    sdpMid: 'sound',
    sdpMLineIndex: 0,
    ...more,
  };
}

/** Against a scripted server, which tells what it was sent and in which order. */
describe('Kurento Room §7.2 kurento engine › remote candidates', () => {
  let room: ScriptedRoom;

  beforeEach(() => {
    room = new ScriptedRoom();
  });

  afterEach(async () => {
    await room.close();
  });

  async function sent(
    add: (take: (candidate: IceCandidate) => void) => void,
    after?: IceCandidate,
  ): Promise<unknown[]> {
    const { endpoint } = await room.endpoint(await room.connect());
    add((each) => {
      endpoint.addCandidate(each);
    });
    expect(room.server.received('addIceCandidate')).to.be.empty;
    await endpoint.answer(offer);
    if (after) endpoint.addCandidate(after);
    endpoint.addCandidate(candidate(9999));
    const received = () =>
      room.server.received('addIceCandidate').map(({ params }) => params.operationParams?.candidate);
    await until('the last one has arrived', () => JSON.stringify(received().at(-1) ?? {}).includes(' 9999 '));
    return received().slice(0, -1);
  }

  it('are held back until the endpoint gathers, and keep their order', async () => {
    const early = [candidate(1), candidate(2)];
    const late = candidate(3);
    const received = await sent((take) => {
      early.forEach(take);
    }, late);
    expect(received).to.deep.equal([...early, late]);
    const operations = room.server.requests.flatMap(({ params }) => params.operation ?? []);
    expect(operations.slice(operations.indexOf('processOffer')).slice(0, 3)).to.deep.equal([
      'processOffer',
      'gatherCandidates',
      'addIceCandidate',
    ]);
  });

  it('are held back while the endpoint looks for another path, and go there', async () => {
    const { endpoint } = await room.endpoint(await room.connect());
    const operations = (): unknown[] => room.server.requests.flatMap(({ params }) => params.operation ?? []);
    await endpoint.answer(offer);
    await until('it gathers', () => operations().includes('gatherCandidates'));
    const before = operations().length;
    let refuse = false;
    room.server.on('processRestartOffer', (request, answer, socket) => {
      const error = { code: 40208, message: 'no', data: { type: 'SDP_END_POINT_ALREADY_NEGOTIATED' } };
      if (refuse) socket.send(JSON.stringify({ jsonrpc: '2.0', id: request.id, error }));
      else answer();
    });
    const restarted = endpoint.restart(offer);
    endpoint.addCandidate(candidate(1));
    expect(await restarted).to.contain('v=0');
    await until('the candidate has arrived', () => operations().includes('addIceCandidate'));
    expect(operations().slice(before)).to.deep.equal(['processRestartOffer', 'gatherCandidates', 'addIceCandidate']);
    refuse = true;
    const refused = endpoint.restart(offer).catch((error: unknown) => error);
    endpoint.addCandidate(candidate(2));
    expect(await refused).to.be.instanceOf(MediaError);
    await until('the candidate has arrived', () => room.server.received('addIceCandidate').length === 2);
  });

  it('are held back up to a bound', async () => {
    const received = await sent((take) => {
      for (let port = 1; port <= 100; port += 1) take(candidate(port));
    });
    expect(received).to.have.lengthOf(64);
  });

  it('get their section from the offer when only its index is known', async () => {
    const received = await sent((take) => {
      take(candidate(1, { sdpMid: '', sdpMLineIndex: 1 }));
      take(candidate(2, { sdpMid: '', sdpMLineIndex: 7 }));
    });
    expect(received).to.deep.equal([
      candidate(1, { sdpMid: 'picture', sdpMLineIndex: 1 }),
      candidate(2, { sdpMid: '7', sdpMLineIndex: 7 }),
    ]);
  });

  it('get their index from the offer when they name its section', async () => {
    const received = await sent((take) => {
      take(candidate(1, { sdpMid: 'picture', sdpMLineIndex: 0 }));
      take(candidate(2, { sdpMid: 'sound', sdpMLineIndex: 7 }));
      take(candidate(3, { sdpMid: 'unknown', sdpMLineIndex: 1 }));
    });
    expect(received).to.deep.equal([
      candidate(1, { sdpMid: 'picture', sdpMLineIndex: 1 }),
      candidate(2, { sdpMid: 'sound', sdpMLineIndex: 0 }),
      candidate(3, { sdpMid: 'unknown', sdpMLineIndex: 1 }),
    ]);
  });

  it('are taken as attributes, with any extension, and in IPv6', async () => {
    const texts = [
      'candidate:842163049 1 udp 1677729535 203.0.113.4 50000 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag x network-cost 999',
      'candidate:1 1 UDP 2122194687 2001:db8::1 50001 typ host',
    ];
    const received = await sent((take) => {
      for (const text of texts) take(candidate(1, { candidate: `a=${text}` }));
    });
    expect(received).to.deep.equal(texts.map((text) => candidate(1, { candidate: text })));
  });

  it('that are of no use are left out', async () => {
    const received = await sent((take) => {
      for (const text of [
        '',
        'nonsense',
        'candidate:1 1 udp 1 0d2c9c5e-9a7c-4d7e-8f5e-1f2a3b4c5d6e.local 50000 typ host',
        'candidate:1 1 udp 1 example.com 50000 typ host',
        'candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active',
        'candidate:1 1 udp 1 192.0.2.1 typ host',
      ])
        take(candidate(1, { candidate: text }));
    });
    expect(received).to.deep.equal([]);
  });
});
