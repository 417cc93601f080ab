import { Audio, PeerConnection, Video, initLogger, type Direction, type Track } from 'node-datachannel';
import { parseRtcp } from '../../media/embedded/rtp/rtcp.js';
import { peerCommand, type PeerCommand, type PeerReport, type Section } from './peer-messages.js';
import { audioPacket, interframe, isRtp, keyframe, rtp, videoPacket } from './rtp.js';

/**
 * Holds WebRTC peers for a test in a separate process, because node-datachannel ends the process when a callback throws, and keeps
 * it from ending by itself.
 */
const packetEveryMs = 20;
const audio = { payloadType: 111, ssrc: 1_000_001 };
const video = { payloadType: 96, ssrc: 1_000_002 };
const directions = { sendonly: 'SendOnly', recvonly: 'RecvOnly', sendrecv: 'SendRecv' } as const satisfies Record<
  Section['direction'],
  Direction
>;

class PeerInProcess {
  readonly #id: number;
  readonly #connection: PeerConnection;
  readonly #tracks = new Map<Track, Section>();
  /**
   * Until the answer has been taken. A media server that knows candidates earlier may have ICE connected while the library
   * is still taking the answer; it then finds no fingerprint to hold the certificate against, and gives up.
   */
  #heldCandidates: PeerReport[] | undefined = [];
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
      const found = { type: 'candidate', peer: id, candidate, mid } as const;
      if (this.#heldCandidates) this.#heldCandidates.push(found);
      else report(found);
    });
    this.#connection.onStateChange((state) => {
      report({ type: 'state', peer: id, state });
    });
    for (const [index, section] of sections.entries()) this.#addTrack(String(index), section);
    this.#connection.setLocalDescription('offer');
    const sdp = this.#connection.localDescription()?.sdp ?? '';
    report({ type: 'offer', peer: id, sdp: offered(sdp) });
  }

  obey(command: PeerCommand): void {
    switch (command.type) {
      case 'open':
        break;
      case 'answer':
        this.#connection.setRemoteDescription(command.sdp, 'answer');
        this.#trickle();
        break;
      case 'candidate':
        this.#connection.addRemoteCandidate(command.candidate, command.mid);
        break;
      case 'send':
        this.#sending ??= setInterval(() => {
          guard(this.#id, () => {
            this.#send();
          });
        }, packetEveryMs);
        break;
      case 'send video':
        this.#sendVideo(command.first, command.last);
        break;
      case 'close':
        clearInterval(this.#sending);
        this.#connection.close();
        break;
      default:
        command satisfies never;
    }
  }

  #trickle(): void {
    this.#heldCandidates?.forEach(report);
    this.#heldCandidates = undefined;
  }

  #addTrack(mid: string, section: Section): void {
    const { kind, direction } = section;
    const media = kind === 'audio' ? new Audio(mid, directions[direction]) : new Video(mid, directions[direction]);
    if (media instanceof Audio) media.addOpusCodec(audio.payloadType);
    else media.addVP8Codec(video.payloadType);
    if (direction !== 'recvonly') media.addSSRC((kind === 'audio' ? audio : video).ssrc, 'peer', 'stream', kind);
    const track = this.#connection.addTrack(media);
    kept.push(this.#connection, media, track);
    track.onMessage((packet) => {
      guard(this.#id, () => {
        this.#hear(kind, packet);
      });
    });
    this.#tracks.set(track, section);
  }

  #hear(kind: Section['kind'], packet: Buffer): void {
    if (isRtp(packet)) report({ type: 'received', peer: this.#id, kind, sequence: packet.readUInt16BE(2) });
    else this.#hearControl(packet);
  }

  #hearControl(packet: Buffer): void {
    report({ type: 'control', peer: this.#id, packetType: packet.readUInt8(1) });
    for (const part of parseRtcp(packet)) {
      if (part.type === 'pictureLoss') report({ type: 'keyframe wanted', peer: this.#id });
      if (part.type === 'bitrateLimit') report({ type: 'bitrate limit', peer: this.#id, bitrate: part.bitrate });
    }
  }

  #sendVideo(first: number, last: number): void {
    for (const [track, { kind }] of this.#tracks) {
      for (let sequence = first; kind === 'video' && sequence <= last; sequence++) {
        track.sendMessageBinary(rtp({ ...video, sequence, payload: sequence === first ? keyframe : interframe }));
      }
    }
  }

  #send(): void {
    this.#sequence += 1;
    for (const [track, { kind, direction }] of this.#tracks) {
      if (direction === 'recvonly' || !track.isOpen()) continue;
      track.sendMessageBinary(
        kind === 'audio' ? audioPacket(audio, this.#sequence) : videoPacket(video, this.#sequence),
      );
    }
  }
}

/**
 * Without candidates, which follow. It insists on opening DTLS, because the media server knows our candidates first and is
 * connected first: a handshake of its own would come before the library listens (media/embedded/README.md).
 */
function offered(sdp: string): string {
  return sdp.replace(/^a=(?:candidate|end-of-candidates).*\r\n/gm, '').replaceAll('a=setup:actpass', 'a=setup:active');
}

const peers = new Map<number, PeerInProcess>();
/** References that keep objects alive while the library closes them. */
const kept: unknown[] = [];

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
