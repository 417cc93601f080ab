import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { chainFound } from '../../../src/doctor/certificate.js';

const named = (value: string) => [{ name: 'commonName', value }];

describe('what doctor finds out about a chain of certificates', () => {
  it('says whether clients get from it to an authority', async () => {
    const options = { keyType: 'ec' } as const;
    const authority = await generate(named('Our authority'), {
      ...options,
      extensions: [{ name: 'basicConstraints', cA: true }],
    });
    const ca = { cert: authority.cert, key: authority.private };
    const leaf = (await generate(named('rooms.test'), { ...options, ca })).cert;
    const own = (await generate(named('rooms.test'), options)).cert;
    const about = (...certificates: readonly string[]): string => {
      const { status, text } = chainFound(certificates.join('\n'));
      return `${status} ${text}`;
    };
    expect(about(leaf, authority.cert)).to.equal('ok its chain is whole, up to Our authority');
    expect(about(rootCertificates[0] ?? '')).to.match(/^warn it is signed by itself/);
    expect(about(own)).to.match(/^warn it is signed by itself/);
    expect(about(leaf)).to.match(/^warn its chain ends before Our authority, .*fullchain\.pem$/);
    expect(about(leaf, own)).to.match(/^FAIL the chain is broken after the certificate 1/);
    expect(about()).to.match(/^FAIL/);
  });
});
