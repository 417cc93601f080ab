import { expect } from 'chai';
import type { Address } from '../../../../media/embedded/transport/ice/binding.js';
import {
  isSigned,
  newTransaction,
  readBinding,
  writeCheck,
  writeSuccess,
} from '../../../../media/embedded/transport/ice/binding.js';
import { IceSession } from '../../../../media/embedded/transport/ice/ice-session.js';

const remote = { ufrag: 'them', password: 'a password of the client' };
const wifi = { address: '192.0.2.1', port: 1000 };
const mobile = { address: '198.51.100.1', port: 2000 };

describe('an ICE session on the side that answers', () => {
  function begin() {
    const sent: { packet: Buffer; to: Address }[] = [];
    const chosen: (Address | undefined)[] = [];
    const session: IceSession = new IceSession({
      remote,
      send: (packet, to) => sent.push({ packet, to }),
      chosen: () => chosen.push(session.chosen),
    });
    const check = (from: Address, change: Partial<Parameters<typeof writeCheck>[0]> = {}): boolean => {
      const packet = writeCheck({
        ...{ transaction: newTransaction(), username: `${session.own.ufrag}:them`, password: session.own.password },
        ...{ role: 'controlling', priority: 1, ...change },
      });
      const binding = readBinding(packet);
      return binding !== undefined && session.take(packet, binding, from, 0);
    };
    const types = (): (string | undefined)[] => sent.map(({ packet }) => readBinding(packet)?.type);
    return { session, sent, chosen, check, types };
  }

  it('answers those that know its password, and goes to the address that they choose', () => {
    const { session, sent, chosen, check, types } = begin();
    expect(check(wifi)).to.equal(true);
    expect([types(), session.chosen]).to.deep.equal([['success'], undefined]);
    expect(check(wifi, { nominates: true })).to.equal(true);
    expect(check(wifi, { nominates: true })).to.equal(true);
    expect(check(mobile, { nominates: true })).to.equal(true);
    expect(chosen).to.deep.equal([wifi, mobile]);
    const [first] = sent;
    const answered = first && readBinding(first.packet);
    expect(answered?.mapped).to.deep.equal(wifi);
    expect(first && answered && isSigned(first.packet, answered, session.own.password)).to.equal(true);
  });

  it('says nothing to strangers', () => {
    const { session, sent, check } = begin();
    expect(check(wifi, { password: 'guessed', nominates: true })).to.equal(false);
    expect(check(wifi, { username: `${session.own.ufrag}:former`, nominates: true })).to.equal(false);
    expect([sent, session.chosen]).to.deep.equal([[], undefined]);
  });

  it('leaves the choice to the client, which may have thought otherwise', () => {
    const { chosen, check, types } = begin();
    check(wifi, { role: 'controlled', nominates: true });
    expect([types(), chosen]).to.deep.equal([['error'], []]);
  });

  it('checks each address some times, and the chosen one for ever', () => {
    const { session, sent, check } = begin();
    session.addPeer(wifi, 0);
    session.addPeer(wifi, 0);
    check(mobile, { nominates: true });
    sent.length = 0;
    for (let now = 0; now < 60_000; now += 250) session.tick(now);
    const checksOf = (to: Address): number => sent.filter((each) => each.to.port === to.port).length;
    expect(checksOf(wifi)).to.equal(7);
    expect(checksOf(mobile)).to.be.above(20);
  });

  it('hears from a client that answers its checks', () => {
    const { session, sent, check } = begin();
    check(wifi, { nominates: true });
    sent.length = 0;
    session.tick(5_000);
    const asked = sent[0] && readBinding(sent[0].packet);
    expect(asked).to.include({ username: `them:${session.own.ufrag}`, role: 'controlled' });
    if (!asked) return;
    for (const [password, heard] of [
      ['guessed', 0],
      [remote.password, 6_000],
    ] as const) {
      const packet = writeSuccess(asked, wifi, password);
      const binding = readBinding(packet);
      if (binding) session.take(packet, binding, wifi, 6_000);
      expect(session.heardAt).to.equal(heard);
    }
  });

  it('keeps a bounded number of addresses, and one that the client sends from in any case', () => {
    const { session, sent, check } = begin();
    for (let port = 1; port <= 1000; port += 1) session.addPeer({ address: '192.0.2.9', port }, 0);
    session.tick(0);
    expect(sent).to.have.lengthOf(32);
    expect(check(wifi, { nominates: true })).to.equal(true);
    for (let port = 1; port <= 100; port += 1) check({ address: '203.0.113.9', port });
    expect(session.chosen).to.deep.equal(wifi);
  });
});
