import { Audio, PeerConnection, Video, initLogger, type Direction, type Track } from 'node-datachannel';
import { peerCommand, type PeerCommand, type PeerReport, type Section } from './peer-messages.js';
import { audioPacket, isRtp, videoPacket } from './rtp-packets.js';

/**
 * Holds WebRTC peers for a test. A process of its own, since node-datachannel ends the process when a callback throws and
 * does not let it end by itself.
 */
const PACKET_EVERY_MS = 20;
const AUDIO = { payloadType: 111, ssrc: 1_000_001 };
const VIDEO = { payloadType: 96, ssrc: 1_000_002 };
const directions = { sendonly: 'SendOnly', recvonly: 'RecvOnly', sendrecv: 'SendRecv' } as const satisfies Record<
  Section['direction'],
  Direction
>;

class PeerInProcess {
  readonly #id: number;
  readonly #connection: PeerConnection;
  readonly #tracks = new Map<Track, Section>();
  readonly #received = { audio: 0, video: 0 };
  #sequence = 0;
  #sending: NodeJS.Timeout | undefined;

  constructor(id: number, sections: readonly Section[], bindAddress: string | undefined) {
    this.#id = id;
    this.#connection = new PeerConnection(`peer-${id}`, {
      iceServers: [],
      disableAutoNegotiation: true,
      forceMediaTransport: true,
      ...(bindAddress !== undefined && { bindAddress }),
    });
    this.#connection.onLocalCandidate((candidate, mid) => {
      report({ type: 'candidate', peer: id, candidate, mid });
    });
    this.#connection.onStateChange((state) => {
      report({ type: 'state', peer: id, state });
    });
    for (const [index, section] of sections.entries()) this.#addTrack(String(index), section);
    this.#connection.setLocalDescription('offer');
    report({ type: 'offer', peer: id, sdp: this.#connection.localDescription()?.sdp ?? '' });
  }

  obey(command: PeerCommand): void {
    switch (command.type) {
      case 'open':
        break;
      case 'answer':
        this.#connection.setRemoteDescription(command.sdp, 'answer');
        break;
      case 'candidate':
        this.#connection.addRemoteCandidate(command.candidate, command.mid);
        break;
      case 'send':
        this.#sending ??= setInterval(() => {
          guard(this.#id, () => {
            this.#send();
          });
        }, PACKET_EVERY_MS);
        break;
      case 'close':
        clearInterval(this.#sending);
        this.#connection.close();
        break;
      default:
        command satisfies never;
    }
  }

  #addTrack(mid: string, section: Section): void {
    const { kind, direction } = section;
    const media = kind === 'audio' ? new Audio(mid, directions[direction]) : new Video(mid, directions[direction]);
    if (media instanceof Audio) media.addOpusCodec(AUDIO.payloadType);
    else media.addVP8Codec(VIDEO.payloadType);
    if (direction !== 'recvonly') media.addSSRC((kind === 'audio' ? AUDIO : VIDEO).ssrc, 'peer', 'stream', kind);
    const track = this.#connection.addTrack(media);
    track.onMessage((packet) => {
      guard(this.#id, () => {
        this.#count(kind, packet);
      });
    });
    this.#tracks.set(track, section);
  }

  #count(kind: Section['kind'], packet: Buffer): void {
    if (!isRtp(packet)) return;
    this.#received[kind] += 1;
    report({ type: 'received', peer: this.#id, ...this.#received });
  }

  #send(): void {
    this.#sequence += 1;
    for (const [track, { kind, direction }] of this.#tracks) {
      if (direction === 'recvonly' || !track.isOpen()) continue;
      track.sendMessageBinary(
        kind === 'audio' ? audioPacket(AUDIO, this.#sequence) : videoPacket(VIDEO, this.#sequence),
      );
    }
  }
}

const peers = new Map<number, PeerInProcess>();

function obey(command: PeerCommand): void {
  if (command.type === 'open') {
    peers.set(command.peer, new PeerInProcess(command.peer, command.sections, command.bindAddress));
    return;
  }
  peers.get(command.peer)?.obey(command);
  if (command.type === 'close') peers.delete(command.peer);
}

function guard(peer: number, action: () => void): void {
  try {
    action();
  } catch (error) {
    report({ type: 'failed', peer, message: String(error) });
  }
}

function report(message: PeerReport): void {
  if (process.connected) process.send?.(message);
}

initLogger('Fatal', () => undefined);
process.on('message', (message) => {
  const command = peerCommand.parse(message);
  guard(command.peer, () => {
    obey(command);
  });
});
process.on('disconnect', () => {
  // Not in good order: the library's own cleanup has been seen to abort while its threads still run.
  process.kill(process.pid, 'SIGKILL');
});
report({ type: 'ready' });
