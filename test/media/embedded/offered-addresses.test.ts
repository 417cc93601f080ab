import { expect } from 'chai';
import { offeredAddresses } from '../../../media/embedded/transport/offered-addresses.js';
import type { LocalAddress } from '../../../media/embedded/transport/offered-addresses.js';

const loopback: LocalAddress = { address: '127.0.0.1', device: 'lo', internal: true };
const ethernet: LocalAddress = { address: '192.168.1.5', device: 'eth0', internal: false };
const ethernet6: LocalAddress = { address: '2001:db8::5', device: 'eth0', internal: false };
const link6: LocalAddress = { address: 'fe80::1', device: 'eth0', internal: false };
const bridge: LocalAddress = { address: '172.17.0.1', device: 'docker0', internal: false };

describe('the addresses clients are offered', () => {
  const of = (local: LocalAddress[], announced: string[] = [], bind?: string, inContainer = false) =>
    offeredAddresses(announced, bind, local, inContainer);

  it('are those of the machine, of both families, without loopback and link-local ones', () => {
    expect(of([loopback, ethernet, ethernet6, link6])).to.deep.equal({ addresses: ['192.168.1.5', '2001:db8::5'] });
  });

  it('are the one that media is bound to', () => {
    expect(of([loopback, ethernet, ethernet6], [], '192.168.1.5')).to.deep.equal({ addresses: ['192.168.1.5'] });
  });

  it('are those that are announced, in place of all others', () => {
    expect(of([loopback, bridge], ['203.0.113.7', '2001:db8::7'], undefined, true)).to.deep.equal({
      addresses: ['203.0.113.7', '2001:db8::7'],
    });
  });

  it('are warned of when nobody on another machine can reach any', () => {
    for (const [what, offered] of [
      ['of this machine alone', of([loopback], [], '127.0.0.1')],
      ['of containers', of([loopback, bridge])],
      ['of containers', of([loopback, { ...bridge, device: 'eth0' }], [], undefined, true)],
      ['of this machine alone', of([loopback, ethernet], ['127.0.0.1'])],
      ['valid on one link only', of([{ ...ethernet, address: '169.254.3.4' }])],
      ['no address', of([])],
    ] as const) {
      expect(offered.warning).to.include(what);
    }
    expect(of([loopback, bridge, ethernet]).warning).to.equal(undefined);
  });
});
