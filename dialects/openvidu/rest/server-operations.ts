import type { OpenviduSettings } from '../options.js';
import type { Operation } from './operation.js';
import { notHere } from './refusal.js';
import { answer } from './request.js';
import type { OvAnswer } from './request.js';

/** The last version of OpenVidu 2, whose clients are served. */
export const openviduVersion = '2.32.2';

/** What back ends ask of the server itself. @param hasMedia whether a media server answers */
export function serverOperations(settings: OpenviduSettings, hasMedia: () => boolean): readonly Operation[] {
  const get = (path: string, serve: Operation['serve'], isOpen = false): Operation => ({
    ...{ method: 'GET', path, isOpen, serve },
  });
  const plain = (text: string): OvAnswer => ({ status: 200, text });
  return [
    get('/config', ({ site }) => answer(200, configView(settings, site()))),
    get('/config/openvidu-publicurl', ({ site }) => plain(site()), true),
    get('/config/openvidu-version', () => plain(openviduVersion)),
    get('/config/openvidu-recording', () => plain(String(settings.recording))),
    get('/config/openvidu-recording-path', () => plain(settings.recordingPath)),
    get('/config/openvidu-cdr', () => plain('false')),
    get('/health', () => (hasMedia() ? answer(200, { status: 'UP' }) : answer(503, { status: 'DOWN' }))),
    ...['/restart', '/media-nodes/*', '/broadcast/*', '/speech-to-text/*'].flatMap((path) =>
      (['GET', 'POST', 'PATCH', 'DELETE'] as const).map((method): Operation => {
        const serve = (): never => {
          throw notHere('This part of OpenVidu is not served here');
        };
        return { method, path, serve };
      }),
    ),
  ];
}

/** In place of secrets. */
const masked = '********';

function configView(settings: OpenviduSettings, site: string): Readonly<Record<string, unknown>> {
  const { hostname, port, protocol } = new URL(site);
  return {
    VERSION: openviduVersion,
    DOMAIN_OR_PUBLIC_IP: hostname,
    HTTPS_PORT: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    OPENVIDU_PUBLICURL: site,
    OPENVIDU_CDR: false,
    OPENVIDU_STREAMS_VIDEO_MAX_RECV_BANDWIDTH: settings.streamsVideoMaxRecvBandwidth,
    OPENVIDU_STREAMS_VIDEO_MIN_RECV_BANDWIDTH: settings.streamsVideoMinRecvBandwidth,
    OPENVIDU_STREAMS_VIDEO_MAX_SEND_BANDWIDTH: settings.streamsVideoMaxSendBandwidth,
    OPENVIDU_STREAMS_VIDEO_MIN_SEND_BANDWIDTH: settings.streamsVideoMinSendBandwidth,
    OPENVIDU_STREAMS_FORCED_VIDEO_CODEC: settings.streamsForcedVideoCodec,
    OPENVIDU_STREAMS_ALLOW_TRANSCODING: settings.streamsAllowTranscoding,
    OPENVIDU_WEBRTC_SIMULCAST: false,
    OPENVIDU_SESSIONS_GARBAGE_INTERVAL: settings.sessionsGarbageInterval,
    OPENVIDU_SESSIONS_GARBAGE_THRESHOLD: settings.sessionsGarbageThreshold,
    OPENVIDU_RECORDING: settings.recording,
    ...(settings.recording && {
      OPENVIDU_RECORDING_VERSION: openviduVersion,
      OPENVIDU_RECORDING_PATH: settings.recordingPath,
      OPENVIDU_RECORDING_PUBLIC_ACCESS: settings.recordingPublicAccess,
      OPENVIDU_RECORDING_NOTIFICATION: settings.recordingNotification,
      OPENVIDU_RECORDING_CUSTOM_LAYOUT: '',
      OPENVIDU_RECORDING_AUTOSTOP_TIMEOUT: settings.recordingAutostopTimeout,
    }),
    OPENVIDU_WEBHOOK: settings.webhook,
    ...(settings.webhook && {
      OPENVIDU_WEBHOOK_ENDPOINT: settings.webhookEndpoint,
      OPENVIDU_WEBHOOK_HEADERS: settings.webhookHeaders.map(([name]) => `${name}: ${masked}`),
      OPENVIDU_WEBHOOK_EVENTS: settings.webhookEvents,
    }),
  };
}
