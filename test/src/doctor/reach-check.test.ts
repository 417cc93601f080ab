import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { configOf } from '../../../src/config.js';
import { checkReach } from '../../../src/doctor/reach-check.js';
import { udpPorts } from '../../support/udp-ports.js';

describe('what doctor finds out about media ports', () => {
  const config = () => configOf({ mediaAnnouncedAddresses: ['127.0.0.1'], mediaUdpPorts: udpPorts(), port: 0 });

  it('tells ports that nothing comes to from those that no answer comes from', async () => {
    const socket = createSocket('udp4');
    const url = 'https://other.example';
    const oneWay = await checkReach(config(), {
      url,
      probe: async ({ address, ports: [first = 0], nonce }) => {
        socket.send(`atrium-probe ${nonce}`, first, address);
        await once(socket, 'message');
        return [];
      },
    });
    socket.close();
    expect(oneWay).to.have.lengthOf(1);
    expect(oneWay[0]?.text).to.match(/^datagrams of https:\S+ come to 127\.0\.0\.1, port \d+, and no answer goes back/);
    const noWay = await checkReach(config(), { url, probe: () => Promise.resolve([]) });
    expect(noWay[0]?.text).to.match(/^no datagram of https:\S+ comes to 127\.0\.0\.1, port \d+, \d+\. Let UDP in/);
    expect([oneWay, noWay].map(([found]) => found?.status)).to.deep.equal(['FAIL', 'FAIL']);
  });

  it('takes the next port where a call has the first one, and gives up where others have them all', async () => {
    const ports = udpPorts(10);
    const [first = 0] = ports.split('-').map(Number);
    const sockets = [first, first + 1, first + 2, first + 3, first + 4].map((port) => createSocket('udp4').bind(port));
    const taken = configOf({ mediaAnnouncedAddresses: ['127.0.0.1'], mediaUdpPorts: ports, port: 0 });
    await Promise.all(sockets.map((socket) => once(socket, 'listening')));
    const none = await checkReach(taken, undefined);
    expect(none.map(({ status, text }) => `${status} ${text}`)).to.deep.equal([
      `FAIL UDP ${ports} (MEDIA_UDP_PORTS): other programs have the ends. Name other ports`,
    ]);
    for (const socket of sockets.slice(1)) await new Promise<void>((resolve) => socket.close(resolve));
    const [next] = await checkReach(taken, undefined);
    expect(next?.text).to.include(`come to 127.0.0.1, ports ${first + 1} and ${first + 9}, and back`);
    sockets[0]?.close();
  });
});
