import { X509Certificate } from 'node:crypto';
import { checkFolder } from '../../options/check-folder.js';
import { checkDialects } from '../dialects.js';
import { checkHealth } from '../health-check.js';
import { adminPlaceOf, checkPlaces, isLoopback, placeOf } from '../listening.js';
import { checkRecordings } from '../recordings.js';
import { checkDoors } from '../start-checks.js';
import { tlsIdentity } from '../tls.js';
import { chainFound, daysFound } from './certificate.js';
import { fail, ok, warn } from './found.js';
import type { Check } from './found.js';

/** What the server itself needs, besides media. */

export const checkConfiguration: Check = async (config) => {
  checkDialects(config);
  checkDoors(config, {});
  if (config.mediaRecordingsDir !== '') checkFolder('MEDIA_RECORDINGS_DIR', config.mediaRecordingsDir, 'write');
  await checkRecordings(config);
  return [ok(`Node ${process.versions.node}; all options can be used together`)];
};

export const checkAccess: Check = ({ auth, host }) => {
  if (auth === 'off' && !isLoopback(host)) {
    return [warn('everybody who reaches the server may come into every room. AUTH=required and KEYS change that')];
  }
  return [ok(`AUTH=${auth}`)];
};

export const checkPorts: Check = async (config) => {
  const { isHealthy, isReachable, line } = await checkHealth(config);
  if (isHealthy) return [ok(`the server of this configuration runs; ${line}`)];
  if (isReachable) return [fail(`something listens there already; ${line}. Look at its log, or name another port`)];
  const adminPlace = adminPlaceOf(config);
  const places = [placeOf(config), ...(adminPlace ? [adminPlace] : [])];
  await checkPlaces(places);
  return [ok(`${places.map(({ port }) => port).join(', ')} can be listened at`)];
};

export const checkTls: Check = async (config, now) => {
  const { tls, tlsCert, host } = config;
  if (tls === 'self-signed')
    return [warn('browsers ask before they trust a self-signed certificate; for others set TLS_CERT and TLS_KEY')];
  const identity = await tlsIdentity(config);
  if (!identity) {
    if (isLoopback(host)) return [ok('plain HTTP, on this machine alone')];
    return [
      warn(
        'plain HTTP: browsers give a page no camera but on localhost. Put a proxy with HTTPS in front, or set TLS_CERT and TLS_KEY',
      ),
    ];
  }
  const { validTo, subjectAltName = '' } = new X509Certificate(identity.cert);
  const what = `the certificate in ${tlsCert} for ${subjectAltName || 'no name'}`;
  return [daysFound(what, Date.parse(validTo), now), chainFound(identity.cert)];
};
