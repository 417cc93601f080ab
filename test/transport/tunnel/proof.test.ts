import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { Proofs, proofHeader } from '../../../transport/tunnel/proof.js';

const secret = 'a secret that the nodes share, for tests';
const caller = { address: '2001:db8::1', secure: true, host: 'call.example:8443' };

/** As much of a request as a proof is about. */
function requestFor(url: string, proof?: string, method = 'GET'): IncomingMessage {
  const headers = proof === undefined ? {} : { [proofHeader]: proof };
  return { method, url, headers } as unknown as IncomingMessage;
}

describe('The proof of a node', () => {
  let now: number;
  let sender: Proofs;
  let receiver: Proofs;

  beforeEach(() => {
    now = 1_700_000_000_000;
    sender = new Proofs({ secret, nodeId: 'sender', now: () => now });
    receiver = new Proofs({ secret, nodeId: 'receiver', now: () => now });
  });

  const proofFor = (url: string, to = 'receiver'): string => sender.sign(requestFor(url), to, caller);

  it('says from whom a request comes, and holds once', () => {
    const proof = proofFor('/ws');
    expect(receiver.read(requestFor('/ws'))).to.equal('none');
    expect(receiver.read(requestFor('/ws', proof))).to.deep.equal(caller);
    expect(receiver.read(requestFor('/ws', proof))).to.equal('void');
    expect(proof).not.to.include(secret);
  });

  it('holds for its request alone', () => {
    expect(receiver.read(requestFor('/fs', proofFor('/ws')))).to.equal('forged');
    expect(receiver.read(requestFor('/ws', proofFor('/ws'), 'POST'))).to.equal('forged');
  });

  it('holds at its node alone, and for a minute', () => {
    expect(receiver.read(requestFor('/ws', proofFor('/ws', 'another')))).to.equal('void');
    const proof = proofFor('/ws');
    now += 60_001;
    expect(receiver.read(requestFor('/ws', proof))).to.equal('void');
    const early = proofFor('/ws');
    now -= 60_001;
    expect(receiver.read(requestFor('/ws', early))).to.equal('void');
  });

  it('is made with the secret of the node that reads it', () => {
    const stranger = new Proofs({ secret: `${secret}!`, nodeId: 'sender', now: () => now });
    expect(receiver.read(requestFor('/ws', stranger.sign(requestFor('/ws'), 'receiver', caller)))).to.equal('forged');
    const without = new Proofs({ secret: '', nodeId: 'receiver', now: () => now });
    expect(without.canSign).to.equal(false);
    expect(without.read(requestFor('/ws', proofFor('/ws')))).to.equal('forged');
    const empty = new Proofs({ secret: '', nodeId: 'sender', now: () => now });
    expect(receiver.read(requestFor('/ws', empty.sign(requestFor('/ws'), 'receiver', caller)))).to.equal('forged');
  });

  it('is no proof with anything else in it', () => {
    const [text = '', code = ''] = proofFor('/ws').split('.');
    const other = Buffer.from(Buffer.from(text, 'base64url').toString().replace('db8', 'db9')).toString('base64url');
    for (const forged of [
      '',
      '.',
      'x',
      `${other}.${code}`,
      `${text}.${code}.`,
      `${text}.`,
      `${text}, ${text}`,
      'x'.repeat(9_000),
    ]) {
      expect(receiver.read(requestFor('/ws', forged)), forged).to.equal('forged');
    }
    expect(receiver.read(requestFor('/ws', `${text}.${code}`))).to.deep.equal(caller);
  });

  it('holds in any order, since several connections bring them', () => {
    const proofs = Array.from({ length: 1_000 }, () => proofFor('/ws'));
    const readings = (): unknown[] => proofs.toReversed().map((proof) => receiver.read(requestFor('/ws', proof)));
    expect(readings()).to.deep.equal(proofs.map(() => caller));
    expect(readings()).to.deep.equal(proofs.map(() => 'void'));
  });

  it('that is overtaken by 65,536 others does not hold, as nobody remembers whether it came', () => {
    const [late, last] = [proofFor('/ws'), proofFor('/ws')];
    for (let count = 2; count < 65_536; count += 1) proofFor('/ws');
    const newest = [proofFor('/ws'), proofFor('/ws')].map((proof) => receiver.read(requestFor('/ws', proof)));
    expect(newest).to.deep.equal([caller, caller]);
    expect(receiver.read(requestFor('/ws', late))).to.equal('void');
    expect(receiver.read(requestFor('/ws', last))).to.equal('void');
    expect(receiver.read(requestFor('/ws', proofFor('/ws')))).to.deep.equal(caller);
  });

  it('of a client that names a host of any length is short', () => {
    const proof = sender.sign(requestFor('/ws'), 'receiver', { ...caller, host: '"'.repeat(16_000) });
    expect(proof.length).to.be.below(2_000);
    expect(receiver.read(requestFor('/ws', proof))).to.include({ address: caller.address });
  });
});
