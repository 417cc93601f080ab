import type { MediaStats, OfferSettings, PageApi } from '../engine-page.js';
import { offerLayers } from './layers.js';
import { noisePictures } from './noise.js';
import { swapPayloadTypes } from './payload-types.js';

declare global {
  interface Window {
    api: PageApi;
    /** Given by the test. */
    candidateFound: (name: string, candidate: RTCIceCandidateInit) => void;
  }
}

interface Call {
  readonly peer: RTCPeerConnection;
  readonly video: HTMLVideoElement;
  readonly streams: Set<string>;
  readonly heard: string[];
  channel: RTCDataChannel | undefined;
}

const calls = new Map<string, Call>();

function call(name: string): Call {
  const found = calls.get(name);
  if (!found) throw new Error(`no call ${name}`);
  return found;
}

function open(name: string): Call {
  const peer = new RTCPeerConnection();
  const video = document.createElement('video');
  video.autoplay = true;
  video.playsInline = true;
  document.body.append(video);
  const opened: Call = { peer, video, streams: new Set<string>(), heard: [], channel: undefined };
  calls.set(name, opened);
  peer.onicecandidate = ({ candidate }) => {
    if (candidate) window.candidateFound(name, candidate.toJSON());
  };
  peer.ontrack = ({ streams: [stream] }) => {
    if (!stream) return;
    opened.streams.add(stream.id);
    video.srcObject = stream;
  };
  peer.ondatachannel = ({ channel }) => {
    listen(opened, channel);
  };
  return opened;
}

function listen(to: Call, channel: RTCDataChannel): void {
  channel.binaryType = 'arraybuffer';
  to.channel = channel;
  channel.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    to.heard.push(`${channel.label}: ${typeof data === 'string' ? data : `${data.byteLength} bytes`}`);
  };
}

/** The fields of the browser's statistics that the test looks at. */
type Entry = RTCStats & {
  readonly kind?: string;
  readonly framesDecoded?: number;
  readonly packetsReceived?: number;
  readonly targetBitrate?: number;
  readonly availableOutgoingBitrate?: number;
  readonly bytesSent?: number;
  readonly scalabilityMode?: string;
  readonly nackCount?: number;
  readonly retransmittedPacketsSent?: number;
  readonly retransmittedPacketsReceived?: number;
  readonly codecId?: string;
  readonly mimeType?: string;
  readonly payloadType?: number;
  readonly dtlsState?: string;
  readonly bytesReceived?: number;
};

function read(stats: MediaStats, entry: Entry, all: RTCStatsReport): void {
  if (entry.type === 'inbound-rtp' && entry.kind === 'audio') stats.audioPackets = entry.packetsReceived ?? 0;
  if (entry.type === 'transport' && entry.dtlsState === 'connected' && entry.bytesReceived) stats.transports += 1;
  if (entry.type === 'candidate-pair') stats.available = Math.max(stats.available, entry.availableOutgoingBitrate ?? 0);
  if (entry.kind !== 'video' || (entry.type !== 'inbound-rtp' && entry.type !== 'outbound-rtp')) return;
  stats.nacks = entry.nackCount ?? 0;
  stats.repeated = entry.retransmittedPacketsSent ?? entry.retransmittedPacketsReceived ?? 0;
  if (entry.type === 'inbound-rtp') stats.framesDecoded = entry.framesDecoded ?? 0;
  else {
    stats.sentBitrate = entry.targetBitrate ?? 0;
    stats.videoBytesSent = entry.bytesSent ?? 0;
    stats.scalability = entry.scalabilityMode ?? '';
  }
  const codec = all.get(entry.codecId ?? '') as Entry | undefined;
  if (codec) stats.codec = { mimeType: codec.mimeType ?? '', payloadType: codec.payloadType ?? -1 };
}

/** What a browser does to the sound of a microphone costs more than to send it. */
const plainSound = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

async function published({
  size: [width, height] = [320, 240],
  frameRate = 15,
  noise,
}: OfferSettings): Promise<MediaStream> {
  const media = await navigator.mediaDevices.getUserMedia({ audio: plainSound, video: { width, height, frameRate } });
  if (!noise) return media;
  return new MediaStream([...media.getAudioTracks(), ...noisePictures(width, height, frameRate).getTracks()]);
}

/** Of a transceiver (WebRTC extensions §5.2), which the compiler does not know. */
interface Extended {
  getHeaderExtensionsToNegotiate(): { uri: string; direction: RTCRtpTransceiverDirection }[];
  setHeaderExtensionsToNegotiate(extensions: readonly object[]): void;
}

function describePictures(peer: RTCPeerConnection): void {
  const [, video] = peer.getTransceivers() as unknown as Extended[];
  const all = video?.getHeaderExtensionsToNegotiate() ?? [];
  const wanted = ({ uri }: { uri: string }): boolean => uri.includes('dependency-descriptor');
  video?.setHeaderExtensionsToNegotiate(all.map((each) => (wanted(each) ? { ...each, direction: 'sendrecv' } : each)));
}

window.api = {
  async offer(name, settings) {
    const { role, codec, swapped, channel, layers, bundle } = settings;
    const opened = open(name);
    const { peer } = opened;
    // Without a channel of its own a page has no data section; one that nobody uses asks for it.
    if (channel !== undefined) {
      const own = peer.createDataChannel(channel === '' ? 'unused' : channel);
      if (channel !== '') listen(opened, own);
    }
    if (role === 'subscribe') {
      peer.addTransceiver('audio', { direction: 'recvonly' });
      peer.addTransceiver('video', { direction: 'recvonly' });
    } else {
      const media = await published(settings);
      const direction = role === 'both' ? 'sendrecv' : 'sendonly';
      for (const track of media.getTracks()) {
        const isScalable = track.kind === 'video' && settings.scalability !== undefined;
        // The compiler does not know this member (WebRTC SVC §4.1).
        const encoding: RTCRtpEncodingParameters & { scalabilityMode?: string | undefined } = {
          scalabilityMode: settings.scalability,
        };
        const sendEncodings = [encoding];
        peer.addTransceiver(track, { direction, streams: [media], ...(isScalable && { sendEncodings }) });
      }
    }
    if (settings.described) describePictures(peer);
    if (codec) {
      const all = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
      peer
        .getTransceivers()[1]
        ?.setCodecPreferences(all.filter(({ mimeType }) => mimeType === `video/${codec}` || mimeType === 'video/rtx'));
    }
    if (swapped ?? layers ?? bundle) {
      const { sdp = '' } = await peer.createOffer();
      const swappedSdp = swapped ? swapPayloadTypes(sdp, swapped) : sdp;
      const layered = layers ? offerLayers(swappedSdp) : swappedSdp;
      const group = bundle && bundle.length > 0 ? `a=group:BUNDLE ${bundle.join(' ')}\r\n` : '';
      const text = bundle ? layered.replace(/^a=group:BUNDLE.*\r\n/m, group) : layered;
      await peer.setLocalDescription({ type: 'offer', sdp: text });
    } else await peer.setLocalDescription();
    return peer.localDescription?.sdp ?? '';
  },

  async restart(name) {
    const { peer } = call(name);
    await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
    return peer.localDescription?.sdp ?? '';
  },

  async accept(name, offer, settings) {
    const { peer } = open(name);
    await peer.setRemoteDescription({ type: 'offer', sdp: offer });
    const media = settings.role === 'subscribe' ? undefined : await published(settings);
    for (const transceiver of peer.getTransceivers()) {
      const track = media?.getTracks().find(({ kind }) => kind === transceiver.receiver.track.kind);
      if (!track) continue;
      await transceiver.sender.replaceTrack(track);
      transceiver.direction = settings.role === 'both' ? 'sendrecv' : 'sendonly';
    }
    await peer.setLocalDescription();
    return peer.localDescription?.sdp ?? '';
  },

  async say(name, message) {
    const { channel } = call(name);
    if (!channel) throw new Error('no data channel');
    if (channel.readyState !== 'open') await new Promise((resolve) => (channel.onopen = resolve));
    if (typeof message === 'string') channel.send(message);
    else channel.send(new Uint8Array(message));
  },

  heard(name) {
    return Promise.resolve(call(name).heard);
  },

  async answer(name, sdp) {
    await call(name).peer.setRemoteDescription({ type: 'answer', sdp });
  },

  async sendLayers(name, active) {
    const [sender] = call(name)
      .peer.getSenders()
      .filter(({ track }) => track?.kind === 'video');
    if (!sender) throw new Error('no video is sent');
    const parameters = sender.getParameters();
    parameters.encodings.forEach((encoding, layer) => {
      encoding.active = active[layer] ?? false;
    });
    await sender.setParameters(parameters);
  },

  async framesOfLayers(name) {
    const { peer } = call(name);
    const [, first = '0'] = /^a=ssrc-group:SIM (\d+)/m.exec(peer.localDescription?.sdp ?? '') ?? [];
    const frames = [0, 0, 0];
    (await peer.getStats()).forEach((entry: Entry & { ssrc?: number; framesSent?: number }) => {
      const layer = (entry.ssrc ?? 0) - Number(first);
      if (entry.type === 'outbound-rtp' && layer in frames) frames[layer] = entry.framesSent ?? 0;
    });
    return frames;
  },

  async candidate(name, found) {
    await call(name).peer.addIceCandidate(found);
  },

  async stats(name) {
    const { peer, video, streams } = call(name);
    const stats: MediaStats = {
      framesDecoded: 0,
      nacks: 0,
      repeated: 0,
      audioPackets: 0,
      width: video.videoWidth,
      currentTime: video.currentTime,
      sentBitrate: 0,
      videoBytesSent: 0,
      scalability: '',
      available: 0,
      streams: streams.size,
      state: peer.connectionState,
      transports: 0,
      codec: undefined,
      at: performance.now(),
    };
    const all = await peer.getStats();
    all.forEach((entry: Entry) => {
      read(stats, entry, all);
    });
    return stats;
  },

  close(name) {
    call(name).peer.close();
    calls.delete(name);
    return Promise.resolve();
  },
};
