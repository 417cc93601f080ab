import { expect } from 'chai';
import { networkOf } from '../../../transport/gate/network.js';
import { Places } from '../../../transport/gate/places.js';

describe('the network of an address', () => {
  it('is the IPv4 address itself', () => {
    for (const address of ['192.0.2.7', '127.0.0.1', '']) expect(networkOf(address)).to.equal(address);
  });

  it('is the same for all addresses of an IPv6 client, however they are written', () => {
    const same = [
      '2001:db8:0:1::',
      '2001:db8::1:0:0:0:7',
      '2001:0DB8:0000:0001:ffff:ffff:ffff:ffff',
      '2001:db8:0:1::9',
    ];
    for (const address of [...same, '2001:db8:0:1::192.0.2.7', '2001:db8:0:1:0:0:192.0.2.7']) {
      expect(networkOf(address), address).to.equal('2001:db8:0:1::/64');
    }
    for (const address of ['2001:db8:0:2::', '2001:db8::', '::1', '::']) {
      expect(networkOf(address), address).to.not.equal('2001:db8:0:1::/64');
    }
    expect(networkOf('::1')).to.equal('0:0:0:0::/64');
  });

  it('is the address itself where everybody has the same network', () => {
    for (const address of ['fe80::1', 'fe80::2%eth0', 'FEBF::1']) expect(networkOf(address)).to.equal(address);
  });

  it('is what a limit for an address counts', () => {
    const places = new Places({ perAddress: 2 });
    const first = places.take('2001:db8::1');
    expect([first, places.take('2001:db8::2')]).to.not.include(undefined);
    expect(places.take('2001:db8::3')).to.equal(undefined);
    expect(places.take('2001:db8:0:1::3')).to.not.equal(undefined);
    first?.leave();
    expect(places.hasFor('2001:db8::3')).to.equal(true);
  });
});
