import { z } from 'zod';
import { readUdpPorts } from '../udp-ports.js';
import type { Option } from '../../options/option.js';
import { count, ipAddress, kbps, list, milliseconds, option } from '../../options/option.js';

/** Media servers, ours and others. */
export const mediaOptions = {
  kmsUris: option(
    list(z.string().regex(/^wss?:\/\/\S+$/, 'must be a ws:// or wss:// URL')).default([]),
    'URLs',
    'Kurento media servers, as ws://host:8888/kurento; each room is placed on the least loaded one that answers. Empty: the embedded media engine is started.',
  ),
  mediaServerLimit: option(
    count.min(0).default(0),
    'endpoints',
    'Endpoints (publications and subscriptions) on one media server from which on it gets no new room; 0: no limit.',
  ),
  mediaRequestTimeoutMs: option(
    milliseconds.default(10_000),
    'ms',
    'How long a media server may take to answer a call.',
  ),
  mediaLostAfterMs: option(
    milliseconds.default(5_000),
    'ms',
    'How long a media server may be out of reach before its rooms are told that their media is lost.',
  ),
  mediaProcesses: option(
    count.min(1).max(64).default(1),
    'processes',
    'Embedded engines, each on a core of its own: as many media servers, among which rooms are spread.',
  ),
  mediaUdpPorts: option(
    z
      .string()
      .refine((text) => readUdpPorts(text) !== undefined, 'must be first-last, as 40000-49999')
      .default('40000-49999'),
    'UDP ports',
    'Ports the embedded engines may use, one for each publication and subscription; divided among them.',
  ),
  mediaAnnouncedAddresses: option(
    list(ipAddress).default([]),
    'addresses',
    'IP addresses the embedded engines tell clients in place of their own, as behind a NAT or in a container; empty: their own.',
  ),
  mediaBindAddress: option(
    z.union([z.literal(''), ipAddress]).default(''),
    'address',
    'The one local address the embedded engines use for media; empty: all but loopback, or loopback where there is no other.',
  ),
  mediaRecordingsDir: option(
    z.string().default(''),
    'directory',
    'Where the embedded engines may write recordings (RecorderEndpoint), which only applications that speak to an engine directly make; empty: nowhere.',
  ),
  mediaInterfaces: option(
    list(z.string().regex(/^[\w.:@-]+$/, 'must be names of interfaces or IP addresses')).default([]),
    'interfaces',
    'Network interfaces, by name or by address, whose addresses the embedded engines tell clients; empty: all.',
  ),
  mediaAddressFamilies: option(
    list(z.enum(['ipv4', 'ipv6'])).default(['ipv4', 'ipv6']),
    'families',
    'Which of their addresses the embedded engines tell clients: ipv4, ipv6 or both.',
  ),
  mediaStunServer: option(
    z
      .string()
      .regex(/^(\S+:\d{1,5})?$/, 'must be address:port')
      .default(''),
    'address:port',
    'A STUN server by which media servers find their public address, where it cannot be announced; empty: none.',
  ),
  mediaTurnUrl: option(
    z
      .string()
      .regex(/^(\S+:\S+@\S+)?$/, 'must be user:password@address:port')
      .default(''),
    'URL',
    'A TURN server for media servers, as user:password@address:port?transport=udp (the embedded engine: UDP only); empty: none.',
  ),
  mediaExternalIpv4: option(
    z.union([z.literal(''), z.ipv4()]).default(''),
    'address',
    'The IPv4 address a Kurento media server tells clients in place of its own; the embedded engine, too, when none is announced. Empty: its own.',
  ),
  mediaExternalIpv6: option(
    z.union([z.literal(''), z.ipv6()]).default(''),
    'address',
    'The IPv6 address a Kurento media server tells clients in place of its own; the embedded engine, too, when none is announced. Empty: its own.',
  ),
  publisherMinVideoKbps: option(
    kbps,
    'kbit/s',
    'The least video a publisher is asked to send; 0: as the media server has it.',
  ),
  publisherMaxVideoKbps: option(kbps, 'kbit/s', 'The most video a publisher may send; 0: as the media server has it.'),
  subscriberMinVideoKbps: option(
    kbps,
    'kbit/s',
    'The least video a subscriber is sent; 0: as the media server has it.',
  ),
  subscriberMaxVideoKbps: option(
    kbps,
    'kbit/s',
    'The most video a subscriber is sent, where the media server can tell (it is for one that encodes anew); 0: as it has it.',
  ),
} as const satisfies Record<string, Option>;
