import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { fail, ok, warn } from './found.js';
import type { Found } from './found.js';

const dayMs = 86_400_000;
/** Of a certificate that should be renewed by now. */
const fewDays = 14;

/** @param end in ms since 1970 */
export function daysFound(what: string, end: number, now: number): Found {
  const days = Math.floor((end - now) / dayMs);
  if (days < 0) return fail(`${what} has expired at ${new Date(end).toISOString()}; renew it`);
  const text = `${what} is valid for ${days} days`;
  return days < fewDays ? warn(`${text}; renew it`) : ok(text);
}

/** Whether clients get from the certificate to an authority that they know. @param pem a file of one or several */
export function chainFound(pem: string): Found {
  const chain = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (each) => new X509Certificate(each),
  );
  const broken = chain.findIndex((each, at) => chain[at + 1] !== undefined && !isIssuedBy(each, chain[at + 1]));
  if (broken >= 0)
    return fail(`the chain is broken after the certificate ${broken + 1}; the next one must be of its issuer`);
  const end = chain.at(-1);
  if (!end) return fail('there is no certificate in the file');
  const issuer = nameOf(end.issuer);
  if (isIssuedBy(end, end)) {
    if (chain.length > 1) return ok(`its chain is whole, up to ${issuer}`);
    return warn('it is signed by itself: browsers ask before they trust it');
  }
  if (rootCertificates.some((root) => isIssuedBy(end, new X509Certificate(root)))) {
    return ok(`its chain is whole, up to ${issuer}`);
  }
  const text = `its chain ends before ${issuer}, which is no authority that programs know`;
  return warn(`${text}. Name the file that has the certificates in between, as fullchain.pem`);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate | undefined): boolean {
  return certificate.issuer === issuer?.subject && certificate.verify(issuer.publicKey);
}

/** The common name, where there is one. */
function nameOf(subject: string): string {
  return /^CN=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');
}
