import { z } from 'zod';
import { count, option, flag } from '../../options/option.js';
import type { Table } from '../../options/option.js';

/** Where the server is, who may do what, and its log. */
export const serverOptions = {
  port: option(count.min(0).max(65_535), 8080, 'TCP port', 'Where HTTP and WebSockets are served. 0 picks a free one.'),
  host: option(z.string(), '', 'address', 'The address to listen at. Empty: all addresses of this machine.'),
  serverName: option(
    z.string().regex(/^[\w.:@-]{0,100}$/, 'must be up to 100 letters, digits and -._:@'),
    '',
    'name',
    'What the server is called at the media servers of KMS_URIS. It should be the same after a restart (releaseLeftPipelines). Empty: the name of the machine.',
  ),
  nodeRegion: option(
    z.string().regex(/^[\w.-]{0,32}$/, 'must be at most 32 letters, digits, dots, hyphens and underscores'),
    '',
    'region',
    'Where the server is, and the clients that come to it. Their media is placed on media servers of the same region (kmsUris) as long as one of them has room. Empty: on any.',
  ),
  tls: option(
    z.enum(['off', 'self-signed']),
    'off',
    'mode',
    "self-signed: HTTPS with a certificate made for this machine's names and addresses, for phones in the same network. Browsers ask whether to trust it.",
  ),
  tlsCert: option(
    z.string(),
    '',
    'file',
    'The certificate chain for HTTPS, as PEM. With tls=self-signed: the file in which the new certificate is kept.',
    { reloads: true },
  ),
  tlsKey: option(z.string(), '', 'file', 'The private key of tlsCert, as PEM.', { reloads: true }),
  hstsMaxAgeS: option(
    count.min(0).max(63_072_000),
    31_536_000,
    's',
    'How long browsers that came over HTTPS use nothing else for this host, whatever the port. Not told with tls=self-signed, nor to localhost. 0: not told.',
  ),
  pathPrefix: option(
    z.string().regex(/^(\/[\w.~-]+)*$/, 'must be empty or start with a slash and not end with one'),
    '',
    'path',
    'Put before every path, for a server behind a proxy that keeps the prefix.',
  ),
  appUrl: option(
    z.string().regex(/^(https?:\/\/[^\s@]+)?$/, 'must be an http:// or https:// URL without user and password'),
    '',
    'URL',
    "This server's address as a Kurento media server reaches it, to fetch the images of filters. Empty: http://localhost with the port.",
  ),
  adminToken: option(
    z.string().regex(/^([\w.~+/-]+=*)?$/, 'must be letters, digits and -._~+/, with = at the end only'),
    '',
    'secret',
    'The bearer token for REST. A client that sends it may close rooms, evict participants, and read the participants of a room, the details of /healthz, and /metrics. Empty: nobody may.',
    { secret: true, reloads: true },
  ),
  adminPort: option(
    count.min(0).max(65_535),
    0,
    'TCP port',
    'Where the details of /healthz, /metrics, /api/v1/drain and /api/v1/debug/ are served over plain HTTP without a token. /metrics is nowhere else then. 0: nowhere.',
  ),
  adminHost: option(
    z.string(),
    '127.0.0.1',
    'address',
    'The address to listen at for adminPort. Everybody who reaches it may read, and end the server.',
  ),
  closeEndpoint: option(
    z.enum(['off', 'token']),
    'off',
    'mode',
    'token: GET /close?room=NAME of the Kurento Room server is served, to clients that send the admin token.',
  ),
  drainS: option(
    count.max(3_600),
    8,
    's',
    'How long people may stay in their rooms when the server is told to end (SIGTERM, POST /api/v1/drain); no new rooms are opened then, and when nobody is in one any more it ends at once. With stateFile rooms go on in the next process, and SIGTERM waits for nobody. One of several nodes gives its rooms away, and sends its clients to the other nodes over this time. Less than what ends a process that takes too long: 10 s in Docker.',
  ),
  stateFile: option(
    z.string(),
    '',
    'file',
    'On SIGTERM rooms, sessions and what they have on media servers are written here; the next start reads the file, removes it and goes on, if it is at most a minute old. Clients of the room protocol come back by themselves, and with media servers that stay (kmsUris, mediaKeepAlive) sound and picture never stop. It holds secrets: keep it where nobody else reads. Empty: a stop ends every room.',
  ),
  logLevel: option(z.enum(['error', 'warn', 'info', 'debug']), 'info', 'level', 'The least important line to log.', {
    reloads: true,
  }),
  logFormat: option(z.enum(['text', 'json']), 'text', 'format', 'Lines for people or for machines.'),
  logNames: option(
    z.enum(['plain', 'hash']),
    'plain',
    'form',
    'How lines show names of people and rooms, and addresses. hash: as a hash that is another one after each start. What errors say is logged as it is.',
  ),
  otelExporterOtlpEndpoint: option(
    z.string().regex(/^(https?:\/\/[^\s@]+)?$/, 'must be an http:// or https:// URL without user and password'),
    '',
    'URL',
    'A collector of OpenTelemetry that takes OTLP over HTTP, as http://collector:4318: joins, publications, subscriptions and calls of media servers are sent there as traces, without names. Empty: nothing is traced.',
  ),
  requestLog: flag(
    false,
    'Whether each request of the room protocol and each HTTP request is a line. As with all lines, those that are alike are bounded: 600 in a minute.',
  ),
} as const satisfies Table;
