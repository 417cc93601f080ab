import type { MediaStats, PageApi } from '../engine-page.js';

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
  const opened = { peer, video, streams: new Set<string>() };
  calls.set(name, opened);
  peer.onicecandidate = ({ candidate }) => {
    if (candidate) window.candidateFound(name, candidate.toJSON());
  };
  peer.ontrack = ({ streams: [stream] }) => {
    if (!stream) return;
    opened.streams.add(stream.id);
    video.srcObject = stream;
  };
  return opened;
}

/** The fields of the browser's statistics that the test looks at. */
type Entry = RTCStats & {
  readonly kind?: string;
  readonly framesDecoded?: number;
  readonly packetsReceived?: number;
  readonly targetBitrate?: number;
  readonly availableOutgoingBitrate?: number;
};

function read(stats: MediaStats, entry: Entry): void {
  if (entry.type === 'inbound-rtp' && entry.kind === 'video') stats.framesDecoded = entry.framesDecoded ?? 0;
  if (entry.type === 'inbound-rtp' && entry.kind === 'audio') stats.audioPackets = entry.packetsReceived ?? 0;
  if (entry.type === 'outbound-rtp' && entry.kind === 'video') stats.sentBitrate = entry.targetBitrate ?? 0;
  if (entry.type === 'candidate-pair') stats.available = Math.max(stats.available, entry.availableOutgoingBitrate ?? 0);
}

window.api = {
  async offer(name, role, codec) {
    const { peer } = open(name);
    if (role === 'subscribe') {
      peer.addTransceiver('audio', { direction: 'recvonly' });
      peer.addTransceiver('video', { direction: 'recvonly' });
    } else {
      const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
      const direction = role === 'both' ? 'sendrecv' : 'sendonly';
      for (const track of media.getTracks()) peer.addTransceiver(track, { direction, streams: [media] });
    }
    if (codec) {
      const all = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
      peer.getTransceivers()[1]?.setCodecPreferences(all.filter(({ mimeType }) => mimeType === `video/${codec}`));
    }
    await peer.setLocalDescription();
    return peer.localDescription?.sdp ?? '';
  },

  async answer(name, sdp) {
    await call(name).peer.setRemoteDescription({ type: 'answer', sdp });
  },

  async candidate(name, found) {
    await call(name).peer.addIceCandidate(found);
  },

  async stats(name) {
    const { peer, video, streams } = call(name);
    const stats: MediaStats = {
      framesDecoded: 0,
      audioPackets: 0,
      width: video.videoWidth,
      currentTime: video.currentTime,
      sentBitrate: 0,
      available: 0,
      streams: streams.size,
      state: peer.connectionState,
    };
    (await peer.getStats()).forEach((entry: Entry) => {
      read(stats, entry);
    });
    return stats;
  },

  close(name) {
    call(name).peer.close();
    calls.delete(name);
    return Promise.resolve();
  },
};
