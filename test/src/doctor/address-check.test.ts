import { expect } from 'chai';
import { configOf } from '../../../src/config.js';
import type { GivenConfig } from '../../../src/config.js';
import { addressesFound } from '../../../src/doctor/address-check.js';
import type { Machine } from '../../../src/doctor/told-addresses.js';

const at = (address: string) => [{ address, internal: address.startsWith('127.') }];
const host = { lo: at('127.0.0.1'), eth0: at('203.0.113.5') };
const office = { lo: at('127.0.0.1'), eth0: at('192.168.1.5') };
const bridged = { ...host, docker0: at('172.17.0.1'), 'br-0123456789ab': at('172.18.0.1') };
const container = { lo: at('127.0.0.1'), eth0: at('172.18.0.2') };

describe('what doctor finds out about announced addresses', () => {
  const about = (config: GivenConfig, interfaces: Machine['interfaces'], isContainer = false): string =>
    addressesFound(configOf(config), { interfaces, isContainer })
      .map(({ status, text }) => `${status} ${text}`)
      .join('\n');

  it('is good where clients reach them', () => {
    expect(about({}, host)).to.equal('ok 203.0.113.5');
    expect(about({ mediaAnnouncedAddresses: ['203.0.113.5'] }, host)).to.equal('ok 203.0.113.5');
    expect(about({ mediaAnnouncedAddresses: ['198.51.100.7'] }, office)).to.match(/^ok 198\.51\.100\.7 \(not of this/);
    expect(about({ mediaExternalIpv4: '198.51.100.7' }, container, true)).to.match(/^ok 198\.51\.100\.7/);
    expect(about({ mediaStunServer: '198.51.100.7:3478' }, container, true)).to.match(/^ok found by MEDIA_STUN/);
    expect(about({ mediaInterfaces: ['eth0'] }, bridged)).to.equal('ok 203.0.113.5');
    expect(about({ kmsUris: ['ws://kms:8888/kurento'] }, {})).to.equal('');
  });

  it('warns where some clients do not', () => {
    expect(about({}, office)).to.match(/^warn clients reach 192\.168\.1\.5: its own network alone/);
    expect(about({}, { lo: at('127.0.0.1') })).to.match(/^warn clients reach this machine alone/);
    expect(about({}, container, true)).to.match(/^warn 172\.18\.0\.2: this is a container/);
    expect(about({}, bridged)).to.match(
      /^ok 203\.0\.113\.5\nwarn .*\(docker0, br-0123456789ab\).*MEDIA_INTERFACES=eth0 leaves them out$/,
    );
  });

  it('fails where none does', () => {
    expect(about({ mediaAnnouncedAddresses: ['172.17.0.1'] }, bridged)).to.match(/^FAIL 172\.17\.0\.1 is of docker0/);
    expect(about({ mediaAnnouncedAddresses: ['127.0.0.1'] }, host)).to.match(
      /^FAIL 127\.0\.0\.1 is this machine alone/,
    );
    expect(about({ mediaInterfaces: ['eth7'] }, host)).to.match(/^FAIL this machine has no eth7 .*it has lo, eth0$/);
    expect(about({ mediaBindAddress: '203.0.113.6' }, host)).to.match(/^FAIL this machine has no 203\.0\.113\.6/);
  });
});
