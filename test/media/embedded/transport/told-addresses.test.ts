import { expect } from 'chai';
import { scopeOf } from '../../../../media/embedded/transport/address-scope.js';
import { familyOf } from '../../../../media/embedded/transport/local-addresses.js';
import type { LocalAddress } from '../../../../media/embedded/transport/local-addresses.js';
import { toldAddresses } from '../../../../media/embedded/transport/told-addresses.js';
import type { CandidateOptions } from '../../../../media/embedded/transport/told-candidates.js';

const everything: CandidateOptions = { announcedAddresses: [], families: ['ipv4', 'ipv6'], interfaces: [] };

const local = (address: string, name = 'eth0'): LocalAddress => ({
  address,
  family: familyOf(address),
  interface: name,
  loopback: false,
});

describe('addresses told to clients', () => {
  for (const [address, scope] of [
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.3.4', 'link-local'],
    ['fe80::1', 'link-local'],
    ['172.17.0.2', 'container'],
    ['172.18.0.2', 'private'],
    ['10.1.2.3', 'private'],
    ['192.168.1.2', 'private'],
    ['100.64.0.1', 'private'],
    ['fd00::2', 'private'],
    ['203.0.113.7', 'public'],
    ['2001:db8::7', 'public'],
  ] as const) {
    it(`${address} is ${scope}`, () => {
      expect(scopeOf(address, 'eth0', false)).to.equal(scope);
    });
  }

  it('of a bridge of containers, and of networks of containers when running in one, are for containers', () => {
    expect(scopeOf('192.168.5.1', 'docker0', false)).to.equal('container');
    expect(scopeOf('10.5.0.1', 'br-1234567890ab', false)).to.equal('container');
    expect(scopeOf('172.18.0.2', 'eth0', true)).to.equal('container');
    expect(scopeOf('10.88.0.2', 'eth0', true)).to.equal('container');
    expect(scopeOf('192.168.1.2', 'eth0', true), 'that of the host').to.equal('private');
  });

  it('are said without a warning when another machine may reach one of them', () => {
    expect(toldAddresses([local('172.17.0.1', 'docker0'), local('192.168.1.2')], everything)).to.deep.equal({
      addresses: ['172.17.0.1 (container)', '192.168.1.2 (private)'],
      warning: undefined,
    });
  });

  it('are warned of when they are for containers only, unless another is announced', () => {
    const inDocker = [local('172.17.0.2')];
    expect(toldAddresses(inDocker, everything).warning).to.match(/^Only container addresses are told/);
    const announced = { ...everything, announcedAddresses: ['203.0.113.7'] };
    expect(toldAddresses(inDocker, announced)).to.deep.equal({
      addresses: ['203.0.113.7 (public)'],
      warning: undefined,
    });
    expect(toldAddresses(inDocker, { ...everything, announcedAddresses: ['172.17.0.1'] }).warning).to.be.a('string');
  });

  it('are warned of when there is none', () => {
    const { addresses, warning } = toldAddresses([local('192.0.2.1')], { ...everything, families: ['ipv6'] });
    expect(addresses).to.deep.equal([]);
    expect(warning).to.match(/^There is no address to tell clients/);
  });
});
