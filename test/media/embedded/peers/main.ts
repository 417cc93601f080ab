import type { PeerConnection, Track } from 'node-datachannel';
import nodeDataChannel from 'node-datachannel';
import { defaultBindAddress } from '../../../../media/embedded/sdp/candidates.js';
import { interframe, keyframe, rtp } from '../rtp.js';
import type { PeerRequest } from './messages.js';
import { peerRequest } from './messages.js';

/** Real WebRTC clients without a browser. In a process of their own: the library cannot share one with a test runner. */

interface Peer {
  readonly connection: PeerConnection;
  readonly track: Track;
  state: string;
  readonly video: number[];
  readonly rtcp: number[];
}

const ssrc = 2222;
const peers = new Map<string, Peer>();
/** The library must not lose its objects while it closes them. */
const kept: unknown[] = [];

function open(name: string): unknown {
  const bindAddress = defaultBindAddress();
  const connection = new nodeDataChannel.PeerConnection(name, {
    iceServers: [],
    disableAutoNegotiation: true,
    ...(bindAddress === undefined ? {} : { bindAddress }),
  });
  const media = new nodeDataChannel.Video('0', 'SendRecv');
  media.addVP8Codec(96);
  media.addSSRC(ssrc, name);
  const track = connection.addTrack(media);
  const peer: Peer = { connection, track, state: 'new', video: [], rtcp: [] };
  kept.push(connection, track, media);
  peers.set(name, peer);
  track.onClosed(() => undefined);
  connection.onStateChange((state) => {
    peer.state = state;
  });
  track.onMessage((packet) => {
    const type = packet.readUInt8(1);
    if (type >= 192 && type <= 223) peer.rtcp.push(type);
    else peer.video.push(packet.readUInt16BE(2));
  });
  connection.setLocalDescription('offer');
  const sdp = connection.localDescription()?.sdp ?? '';
  // Candidates come after the answer: otherwise the engine's checks arrive before this side knows whom to expect.
  const lines = sdp.split('\r\n');
  return {
    offer: lines.filter((line) => !/^a=(candidate|end-of-candidates)/.test(line)).join('\r\n'),
    candidates: lines.filter((line) => line.startsWith('a=candidate')).map((line) => line.slice(2)),
  };
}

function handle(request: PeerRequest): unknown {
  if (request.method === 'open') return open(request.name);
  const peer = peers.get(request.name);
  if (!peer) throw new Error(`no peer ${request.name}`);
  switch (request.method) {
    case 'answer':
      peer.connection.setRemoteDescription(request.sdp, 'answer');
      return undefined;
    case 'candidate':
      peer.connection.addRemoteCandidate(request.candidate, '0');
      return undefined;
    case 'send':
      for (let sequence = request.from; sequence <= request.to; sequence++) {
        const payload = sequence === request.from ? keyframe : interframe;
        peer.track.sendMessageBinary(rtp({ payloadType: 96, ssrc, sequence, payload }));
      }
      return undefined;
    case 'state':
      return { state: peer.state, video: peer.video, rtcp: peer.rtcp };
    case 'close':
      peer.track.close();
      peer.connection.close();
      peers.delete(request.name);
      return undefined;
    default:
      return request satisfies never;
  }
}

process.on('message', (message) => {
  const request = peerRequest.parse(message);
  try {
    process.send?.({ id: request.id, value: handle(request) });
  } catch (error) {
    process.send?.({ id: request.id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
