import { expect } from 'chai';
import { HashedPasswords } from '../../access/index.js';

async function codeOf(work: Promise<boolean>): Promise<string> {
  return work.then(String, (error: unknown) => (error as { code: string }).code);
}

describe('the password of a room', () => {
  it('is kept as a hash, and fits in every form of Unicode', async () => {
    const passwords = new HashedPasswords();
    const hash = await passwords.hash('caf\u00e9');
    expect(hash).to.not.include('caf');
    expect(await passwords.hash('caf\u00e9'), 'another salt').to.not.equal(hash);
    expect(await passwords.matches(hash, 'cafe\u0301', undefined)).to.equal(true);
    expect(await passwords.matches(hash, 'cafe', undefined)).to.equal(false);
    expect(await passwords.matches('', '', undefined)).to.equal(false);
  });

  it('is not guessed: after five wrong ones in a minute an address has to wait', async () => {
    let now = 0;
    const passwords = new HashedPasswords(
      () => now,
      (address) => address.slice(0, 4),
    );
    const hash = await passwords.hash('right');
    for (let count = 0; count < 10; count += 1)
      expect(await codeOf(passwords.matches(hash, 'right', 'a::1'))).to.equal('true');
    const guesses = await Promise.all(
      Array.from({ length: 7 }, (_, index) => codeOf(passwords.matches(hash, `wrong ${index}`, `a::1${index}`))),
    );
    expect(guesses).to.deep.equal([...Array.from({ length: 5 }, () => 'false'), 'too-many', 'too-many']);
    expect(await codeOf(passwords.matches(hash, 'right', 'a::1'))).to.equal('too-many');
    expect(await codeOf(passwords.matches(hash, 'right', 'b::1'))).to.equal('true');
    now = 60_000;
    expect(await codeOf(passwords.matches(hash, 'right', 'a::1'))).to.equal('true');
  });
});
