import { X509Certificate } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { createSecureContext } from 'node:tls';
import { ConfigError } from './config.js';
import type { Config } from './config.js';

/** What an HTTPS server needs, and the fingerprint that people compare. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  /** Of the certificate, SHA-256: what browsers show when they ask whether to trust it. Undefined for one that was given. */
  readonly fingerprint: string | undefined;
}

const validDays = 365;

/**
 * The certificate to serve with; undefined for plain HTTP. `self-signed` makes one for this machine's names and addresses, and keeps it
 * in the files of `tlsCert` and `tlsKey` when these are named.
 * @throws ConfigError when the files cannot be used
 */
export async function tlsIdentity({ tls, tlsCert, tlsKey }: Config): Promise<TlsIdentity | undefined> {
  if ((tlsCert === '') !== (tlsKey === '')) {
    throw new ConfigError('TLS_CERT, TLS_KEY: name both or none, a certificate is of no use without its key');
  }
  const named = tlsCert !== '';
  if (tls === 'off') return named ? { ...readFiles(tlsCert, tlsKey), fingerprint: undefined } : undefined;
  const there = named ? [tlsCert, tlsKey].filter((file) => existsSync(file)) : [];
  if (there.length === 2) return fingerprinted(readFiles(tlsCert, tlsKey));
  // A misspelt name of one file must not overwrite the other file.
  if (there.length === 1) {
    throw new ConfigError(`TLS_CERT, TLS_KEY: only ${there.join()} exists; a certificate is made when neither does`);
  }
  const made = await selfSigned();
  if (named) keep(made, tlsCert, tlsKey);
  return fingerprinted(made);
}

/** Addresses at which others in the network reach this machine, IPv4 first. */
export function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return outer.sort((one, other) => one.family.localeCompare(other.family)).map(({ address }) => address);
}

async function selfSigned(): Promise<{ cert: string; key: string }> {
  // Loading it takes a tenth of the start, and few servers need it.
  const { generate } = await import('selfsigned');
  const now = Date.now();
  const name = hostname();
  const names = [...new Set(['localhost', name, `${name}.local`])];
  const addresses = ['127.0.0.1', '::1', ...ownAddresses()];
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // The clocks of phones differ a little.
    notBeforeDate: new Date(now - 3_600_000),
    notAfterDate: new Date(now + validDays * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { cert, key };
}

function readFiles(certFile: string, keyFile: string): { cert: string; key: string } {
  try {
    const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
    // The library takes an empty text for none.
    if (cert.trim() === '' || key.trim() === '') throw new Error('a file is empty');
    // Throws when one of them is not valid PEM, or when they do not belong together.
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    const why = (error as Error).message;
    throw new ConfigError(
      `TLS_CERT, TLS_KEY: ${certFile} and ${keyFile} cannot be used (${why}); name a certificate and its key, as PEM`,
      { cause: error },
    );
  }
}

/** Keeps both or none: with one of them alone the next start would be refused. */
function keep({ cert, key }: { cert: string; key: string }, certFile: string, keyFile: string): void {
  const made: string[] = [];
  const write = (file: string, text: string, mode: number): void => {
    const descriptor = openSync(file, 'wx', mode);
    made.push(file);
    try {
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
  };
  try {
    write(keyFile, key, 0o600);
    write(certFile, cert, 0o644);
  } catch (error) {
    for (const file of made) rmSync(file, { force: true });
    const why = (error as Error).message;
    throw new ConfigError(
      `TLS_CERT, TLS_KEY: the certificate cannot be kept in ${certFile} and ${keyFile} (${why}); name files that the server can write`,
      { cause: error },
    );
  }
}

function fingerprinted(identity: { cert: string; key: string }): TlsIdentity {
  return { ...identity, fingerprint: new X509Certificate(identity.cert).fingerprint256 };
}
