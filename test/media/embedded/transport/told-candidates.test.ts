import { expect } from 'chai';
import type { CandidateOptions } from '../../../../media/embedded/transport/told-candidates.js';
import { ToldCandidates } from '../../../../media/embedded/transport/told-candidates.js';

const ipv4 = 'candidate:1 1 UDP 2114977791 192.0.2.2 40001 typ host';
const ipv6 = 'candidate:2 1 UDP 2116026111 2001:db8::2 40001 typ host';
const reflexive = 'candidate:3 1 UDP 1678769663 198.51.100.3 40001 typ srflx raddr 0.0.0.0 rport 0';
const relayed = 'candidate:4 1 UDP 1047807 198.51.100.4 50001 typ relay raddr 0.0.0.0 rport 0';

function told(candidates: readonly string[], options: Partial<CandidateOptions> = {}): string[] {
  const all = new ToldCandidates({ announcedAddresses: [], families: ['ipv4', 'ipv6'], interfaces: [], ...options });
  return candidates.flatMap((candidate) => all.of(candidate));
}

/** Address and port. */
const targets = (candidates: readonly string[]): string[] =>
  candidates.map((candidate) => candidate.split(' ').slice(4, 6).join(' '));

describe('candidates told to clients', () => {
  it('are those that were found, when nothing else is asked for', () => {
    const all = [ipv6, ipv4, reflexive, relayed];
    expect(told(all)).to.deep.equal(all);
  });

  it('have the announced addresses in place of the local ones, each once, the first preferred', () => {
    const announced = told([ipv6, ipv4], { announcedAddresses: ['203.0.113.7', '203.0.113.8'] });
    expect(targets(announced)).to.deep.equal(['203.0.113.7 40001', '203.0.113.8 40001']);
    const priorities = announced.map((candidate) => Number(candidate.split(' ')[3]));
    expect(priorities[0]).to.be.greaterThan(priorities[1] ?? Infinity);
    expect(new Set(announced.map((candidate) => candidate.split(' ')[0])).size, 'foundations').to.equal(2);
  });

  it('keep what a STUN or TURN server made known, whatever is announced', () => {
    const all = told([ipv4, reflexive, relayed], { announcedAddresses: ['203.0.113.7'], families: ['ipv6', 'ipv4'] });
    expect(all.slice(1)).to.deep.equal([reflexive, relayed]);
  });

  it('have the external address of their family, the other family as it is', () => {
    const external = told([ipv6, ipv4], { externalIpv4: '203.0.113.7', announcedAddresses: ['203.0.113.9'] });
    expect(targets(external)).to.deep.equal(['2001:db8::2 40001', '203.0.113.7 40001']);
    expect(targets(told([ipv6, ipv4], { externalIpv6: '2001:db8::7' }))).to.deep.equal([
      '2001:db8::7 40001',
      '192.0.2.2 40001',
    ]);
  });

  it('have the local addresses first when those are to be told too', () => {
    const options = { announcedAddresses: ['203.0.113.7'], tellsOwn: true };
    expect(targets(told([ipv4, reflexive], options))).to.deep.equal([
      '192.0.2.2 40001',
      '203.0.113.7 40001',
      '198.51.100.3 40001',
    ]);
    expect(told([ipv4], { tellsOwn: true }), 'once').to.deep.equal([ipv4]);
  });

  it('are of the families asked for', () => {
    expect(told([ipv6, ipv4], { families: ['ipv4'] })).to.deep.equal([ipv4]);
    expect(told([ipv6, ipv4], { families: ['ipv6'] })).to.deep.equal([ipv6]);
  });

  it('are of the interfaces asked for', () => {
    expect(told([ipv6, ipv4], { interfaces: ['192.0.2.2'] })).to.deep.equal([ipv4]);
    expect(told([ipv6, ipv4], { interfaces: ['none0'] })).to.deep.equal([]);
    const loopback = 'candidate:1 1 UDP 1 127.0.0.1 40001 typ host';
    expect(told([ipv4, loopback], { interfaces: ['lo', 'lo0'] })).to.deep.equal([loopback]);
  });
});
