import { expect } from 'chai';
import { TestEngine } from '../engine.js';

describe('an endpoint of the embedded engine', () => {
  function reach(properties: Readonly<Record<string, unknown>>) {
    const engine = new TestEngine();
    const peer = engine.peer();
    for (const [name, value] of Object.entries(properties))
      peer.endpoint.invoke(`set${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`, { [name]: value });
    peer.negotiate({});
    return { reach: peer.transport.reach, log: engine.log.join('') };
  }

  it('asks no server and tells its own addresses, unless told otherwise', () => {
    expect(reach({}).reach).to.deep.equal({
      stunServer: undefined,
      turnServer: undefined,
      externalIpv4: undefined,
      externalIpv6: undefined,
    });
  });

  it('is reached as its properties say', () => {
    expect(
      reach({
        stunServerAddress: '192.0.2.1',
        stunServerPort: 3479,
        turnUrl: 'ann:pass:word@[2001:db8::1]:3480?transport=udp',
        externalIPv4: '203.0.113.7',
        externalIPv6: '2001:db8::7',
        networkInterfaces: 'eth0, eth1',
      }).reach,
    ).to.deep.equal({
      stunServer: { host: '192.0.2.1', port: 3479 },
      turnServer: { host: '2001:db8::1', port: 3480, user: 'ann', password: 'pass:word' },
      externalIpv4: '203.0.113.7',
      externalIpv6: '2001:db8::7',
      interfaces: ['eth0', 'eth1'],
    });
  });

  for (const turnUrl of ['ann:secret@192.0.2.1:3478?transport=tcp', 'secret@192.0.2.1']) {
    it(`goes without the TURN server ${turnUrl.replace('secret', '…')}, says so, and keeps its password to itself`, () => {
      const { reach: found, log } = reach({ turnUrl });
      expect(found?.turnServer).to.equal(undefined);
      expect(log).to.contain('"level":"warn"').and.to.contain('TURN server').and.to.not.contain('secret');
    });
  }
});
