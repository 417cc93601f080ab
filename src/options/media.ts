import { z } from 'zod';
import { readUdpPorts } from '../udp-ports.js';
import {
  count,
  flag,
  ipAddress,
  kbps,
  list,
  milliseconds,
  number,
  option,
  readBy,
  readIfAny,
} from '../../options/option.js';
import type { Table } from '../../options/option.js';

const asMediaServer = 'as the media server has it';

/** Media servers: the embedded engines and Kurento media servers. */
export const mediaOptions = {
  kmsUris: option(
    list(z.string().refine(isWebSocketUrl, 'must be ws:// or wss:// URLs, with #region or without')),
    [],
    'URLs',
    'Kurento media servers, as ws://host:8888/kurento or ws://user:password@host/kurento, user and password percent-encoded. #region at the end says where it is (nodeRegion). Each room is placed on the least loaded one that answers. Empty: the embedded media engine is started.',
    { secret: true },
  ),
  mediaServerLimit: option(
    count.min(0),
    0,
    'endpoints',
    'A media server with so many endpoints (publications and subscriptions) gets no new room. 0: no limit.',
  ),
  relayAbove: option(
    number.min(0).max(1),
    0.7,
    'part',
    'When a media server has this part of mediaServerLimit, newcomers of its rooms get their audio and video from another one. The media servers carry it between each other and must reach each other by UDP. 0: a room stays on one media server.',
  ),
  mediaRequestTimeoutMs: option(milliseconds, 10_000, 'ms', 'How long a media server may take to answer a call.'),
  mediaLostAfterMs: option(
    milliseconds,
    5_000,
    'ms',
    'How long a media server may be out of reach before its rooms are told that their media is lost. Of several nodes, one that reaches it is given these rooms then, and nobody is told.',
  ),
  releaseLeftPipelines: flag(
    true,
    'Whether the server tags its pipelines on Kurento media servers, and releases those that a server with the same SERVER_NAME left when it was killed. Those of a server that lives stay.',
  ),
  mediaProcesses: option(
    count.min(1).max(64),
    1,
    'processes',
    'How many embedded engines are started, each a process of its own. Rooms are spread among them.',
  ),
  mediaKeepAlive: flag(
    false,
    'Whether the embedded engines live on when the server ends by SIGTERM or is killed, and its next start uses them (Linux; needs stateFile). They wait two minutes for it. Of several nodes, the others use them meanwhile (mediaHost).',
  ),
  mediaHost: option(
    z.string().regex(/^[\w.:-]*$/, 'must be an IP address or the name of a host'),
    '',
    'address',
    'For nodes without KMS_URIS: the address of this machine at which the other nodes reach the embedded engines, which listen there at ports of their own. Needs mediaKeepAlive and clusterSecret. When this node dies, others go on with its rooms, audio and video included.',
  ),
  mediaUdpPorts: option(
    readBy(readUdpPorts, 'must be first-last, as 40000-49999'),
    '40000-49999',
    'UDP ports',
    'Ports that the embedded engines may use, one for each publication and subscription. They are divided among the engines.',
  ),
  mediaAnnouncedAddresses: option(
    list(ipAddress),
    [],
    'addresses',
    'IP addresses that the embedded engines tell clients in place of their own, for example behind a NAT or in a container. Empty: their own.',
  ),
  speakerLevel: option(
    number.min(-126).max(0),
    -35,
    'dBov',
    'The embedded engines take audio for speech that is louder than this, as clients say it: 0 is the loudest sound. Others in the room are told who speaks.',
  ),
  mediaBindAddress: option(
    z.union([z.literal(''), ipAddress]),
    '',
    'address',
    'The one local address that the embedded engines use for media. Empty: all but loopback, or loopback where there is no other.',
  ),
  mediaRecordingsDir: option(
    z.string(),
    '',
    'directory',
    'Where the embedded engines may write recordings (RecorderEndpoint). Only programs that embed the server and speak to its engines directly make them. Empty: nowhere.',
  ),
  mediaInterfaces: option(
    list(z.string().regex(/^[\w.:@-]+$/, 'must be names of interfaces or IP addresses')),
    [],
    'interfaces',
    'Network interfaces, by name or by address, whose addresses the embedded engines tell clients. Empty: all.',
  ),
  mediaAddressFamilies: option(
    list(z.enum(['ipv4', 'ipv6'])),
    ['ipv4', 'ipv6'],
    'families',
    'Which of their addresses the embedded engines tell clients: ipv4, ipv6 or both.',
  ),
  mediaStunServer: option(
    readIfAny(readStunServer, 'must be address:port'),
    '',
    'address:port',
    'A STUN server by which media servers find their public address, where it cannot be announced. A host name is looked up once, at the start. Empty: none.',
  ),
  mediaTurnUrl: option(
    z.string().regex(/^(\S+:\S+@\S+)?$/, 'must be user:password@address:port'),
    '',
    'URL',
    'A TURN server for media servers, as user:password@address:port?transport=udp (the embedded engine: UDP only). A host name is looked up once, at the start. Empty: none.',
    { secret: true },
  ),
  mediaExternalIpv4: option(
    z.union([z.literal(''), z.ipv4()]),
    '',
    'address',
    'The IPv4 address that a Kurento media server tells clients in place of its own. The embedded engine tells it too when no address is announced. Empty: its own.',
  ),
  mediaExternalIpv6: option(
    z.union([z.literal(''), z.ipv6()]),
    '',
    'address',
    'The IPv6 address that a Kurento media server tells clients in place of its own. The embedded engine tells it too when no address is announced. Empty: its own.',
  ),
  publisherMinVideoKbps: option(
    kbps,
    0,
    'kbit/s',
    `The least video that a publisher is asked to send, by a Kurento media server. 0: ${asMediaServer}.`,
  ),
  publisherMaxVideoKbps: option(
    kbps,
    0,
    'kbit/s',
    'The most video that a publisher is asked to send. On a Kurento media server subscriberMaxVideoKbps bounds publishers too, so the lower of the two holds. 0: no limit.',
  ),
  subscriberMinVideoKbps: option(
    kbps,
    0,
    'kbit/s',
    `The least video that a subscriber is sent, by a Kurento media server. 0: ${asMediaServer}.`,
  ),
  subscriberMaxVideoKbps: option(
    kbps,
    0,
    'kbit/s',
    'The most video that a subscriber is sent: the publisher is asked to send no more, or a Kurento media server encodes anew. Of a picture in several sizes the embedded engine sends the one that fits the network, whatever is set here. 0: no limit.',
  ),
} as const satisfies Table;

/** `ws` refuses a URL with a fragment. */
function isWebSocketUrl(text: string): boolean {
  return /^wss?:\/\/[^\s#]+(?:#[\w.-]{1,32})?$/.test(text) && URL.canParse(text);
}

function readStunServer(text: string): { readonly address: string; readonly port: number } | undefined {
  const [, address, port] = /^(\S+):(\d{1,5})$/.exec(text) ?? [];
  return address === undefined ? undefined : { address, port: Number(port) };
}
