import { z } from 'zod';
import { count, flag, group, kbps, option } from '../../options/option.js';
import type { Output } from '../../options/option.js';
import { listOf, readFactName, readHeader, readHost, readIceServer } from './given-lists.js';
import { factNames } from './model/facts.js';
import { videoCodecs } from './model/session-properties.js';

/** A name or an IPv4 address: pages of OpenVidu cut the host of a token at its first colon. */
const publicUrl = /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/;

const seconds = count.min(0).max(31_536_000);
const shownOnly = 'Shown to back ends and not applied';

/** OpenVidu 2. The variables are those of the original. */
export const openviduOptions = group('openvidu', {
  secret: option(
    z.string().regex(/^[A-Za-z0-9_-]*$/, 'must have letters, digits, - and _ alone'),
    '',
    'secret',
    'What back ends give as the password of OPENVIDUAPP. Empty: clients and back ends of OpenVidu 2 are not served.',
    { secret: true },
  ),
  publicurl: option(
    z.string().transform((text, context) => {
      const url = text.replace(/\/+$/, '');
      if (url === '' || publicUrl.test(url)) return url;
      context.addIssue('must be http:// or https:// with a name or an IPv4 address, and a port at most');
      return z.NEVER;
    }),
    '',
    'URL',
    'Where pages and back ends reach the server: tokens and recordings are given with it. Empty: as the request of the back end names it.',
  ),
  webrtcIceServers: option(
    listOf(
      /,(?=\s*url=)/,
      readIceServer,
      'must be url=…,username=…,credential=… or url=…,staticAuthSecret=…, or a JSON list of them',
    ),
    [],
    'url=…,username=…,credential=…',
    'The STUN and TURN servers of pages of OpenVidu, in a JSON list if there are several. Empty: those of ICE_SERVERS and TURN_URLS.',
    { secret: true },
  ),
  sessionsGarbageInterval: option(
    seconds,
    900,
    's',
    'How often sessions are forgotten that nobody has ever joined. 0: never.',
  ),
  sessionsGarbageThreshold: option(seconds, 3_600, 's', 'How old such a session must be.'),
  streamsVideoMaxRecvBandwidth: option(kbps, 1_000, 'kbit/s', `${shownOnly}: the most video of a publisher.`),
  streamsVideoMinRecvBandwidth: option(kbps, 300, 'kbit/s', `${shownOnly}: the least video of a publisher.`),
  streamsVideoMaxSendBandwidth: option(kbps, 1_000, 'kbit/s', `${shownOnly}: the most video to a subscriber.`),
  streamsVideoMinSendBandwidth: option(kbps, 300, 'kbit/s', `${shownOnly}: the least video to a subscriber.`),
  streamsForcedVideoCodec: option(
    z.enum(videoCodecs),
    'MEDIA_SERVER_PREFERRED',
    'codec',
    'The only video codec of sessions that name none. MEDIA_SERVER_PREFERRED and NONE: the media server decides.',
  ),
  streamsAllowTranscoding: flag(false, 'Shown for sessions that do not say so. Nothing is transcoded here.'),
  recording: flag(false, 'Whether back ends of OpenVidu may record. It needs RECORDINGS too.'),
  recordingPath: option(
    z.string(),
    '',
    'path',
    `${shownOnly}: where recordings are. They are kept where RECORDINGS_DIR and RECORDINGS_S3_BUCKET say.`,
  ),
  recordingPublicAccess: flag(false, 'Whether everybody may fetch recordings of OpenVidu whose address they know.'),
  recordingNotification: option(
    z.enum(['none', 'moderator', 'publisher_moderator', 'all']),
    'publisher_moderator',
    'roles',
    'Which members are told that their session is recorded.',
  ),
  recordingAutostopTimeout: option(
    seconds,
    120,
    's',
    'How long a recording goes on, and its session, when nobody is there any more.',
  ),
  webhook: flag(false, 'Whether a back end of OpenVidu is told what happens in sessions.'),
  webhookEndpoint: option(
    z.string().refine((text) => text === '' || isHttpUrl(text), 'must be an http:// or https:// URL'),
    '',
    'URL',
    'Where that is told, by HTTP POST.',
  ),
  webhookHeaders: option(
    listOf(/,(?=\s*[\w-]+:\s)/, readHeader, 'must be a list of headers, each as Name: value'),
    [],
    'Name: value, list',
    'Headers of these requests.',
    { secret: true },
  ),
  webhookEvents: option(
    listOf(/,/, readFactName, `must be a list of names of events: ${factNames.join(', ')}`),
    [],
    'names',
    'Which events are told. Empty: all.',
  ),
  deprecatedPaths: flag(
    true,
    'Whether back ends may leave out /openvidu of paths, as those of OpenVidu before 2.16 do.',
  ),
  chatType: option(
    z.string().min(1),
    'chat',
    'type',
    'The type of signals that are the chat with people of other protocols, without signal:.',
  ),
  chatData: option(
    z.enum(['text', 'json']),
    'text',
    'form',
    'How chat of other protocols arrives in pages of OpenVidu: as it is, or as JSON with message and nickname.',
  ),
  filterImageHosts: option(
    listOf(/,/, readHost, 'must be a list of hosts, each as name or name:port'),
    [],
    'hosts',
    'From where media servers may fetch images that pages give for a FaceOverlayFilter, besides the host of APP_URL.',
  ),
  maxPendingConnections: option(
    count.min(1).max(1_000_000),
    1_000,
    'connections',
    'How many connections of one session may be there that no page has used yet.',
  ),
  maxSessions: option(count.min(1).max(1_000_000), 10_000, 'sessions', 'How many sessions may be at this server.'),
  maxDataLength: option(
    count.min(1).max(1_000_000),
    10_000,
    'characters',
    'The longest data of a connection that a back end may give, and the longest metadata of a page.',
  ),
});

export type OpenviduSettings = Output<typeof openviduOptions>;

function isHttpUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol);
}
