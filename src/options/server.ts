import { z } from 'zod';
import type { Option } from '../../options/option.js';
import { count, list, option } from '../../options/option.js';

/** Where the server is, who may do what, and its log. */
export const serverOptions = {
  port: option(
    count.min(0).max(65_535).default(8080),
    'TCP port',
    'Where HTTP and WebSockets are served; 0 picks a free one.',
  ),
  host: option(z.string().default(''), 'address', 'The address to listen at; empty for all of this machine.'),
  tls: option(
    z.enum(['off', 'self-signed']).default('off'),
    'mode',
    "self-signed: HTTPS with a certificate made for this machine's names and addresses, for phones in the same network; browsers ask whether to trust it.",
  ),
  tlsCert: option(
    z.string().default(''),
    'file',
    'The certificate chain for HTTPS, as PEM; with tls=self-signed, where the one that is made is kept.',
  ),
  tlsKey: option(z.string().default(''), 'file', 'The private key of tlsCert, as PEM.'),
  pathPrefix: option(
    z
      .string()
      .regex(/^(\/[\w.~-]+)*$/, 'must be empty or start with a slash and not end with one')
      .default(''),
    'path',
    'Put before every path, for a server behind a proxy that keeps the prefix.',
  ),
  allowedOrigins: option(
    list(z.string()).default([]),
    'origins',
    'Pages that may open a WebSocket or read the REST API, as https://host[:port]; empty for all.',
  ),
  adminToken: option(
    z
      .string()
      .regex(/^([\w.~+/-]+=*)?$/, 'must be letters, digits and -._~+/, with = at the end only')
      .default(''),
    'secret',
    'The bearer token that may close rooms and evict participants over REST; empty: nobody may.',
  ),
  closeEndpoint: option(
    z.enum(['off', 'token']).default('off'),
    'mode',
    "Whether the original's GET /close?room=NAME is served, to whoever bears the admin token.",
  ),
  logLevel: option(
    z.enum(['error', 'warn', 'info', 'debug']).default('info'),
    'level',
    'The least important line to log.',
  ),
  logFormat: option(z.enum(['text', 'json']).default('text'), 'format', 'Lines for people or for machines.'),
} as const satisfies Record<string, Option>;
