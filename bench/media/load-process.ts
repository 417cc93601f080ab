import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { PeerConnection, Video, initLogger } from 'node-datachannel';
import type { Track } from 'node-datachannel';
import { Ages } from './ages.js';
import type { LoadCommand, LoadReport } from './load-messages.js';
import { ageOf, fillPacket, newPacket, payloadType } from './packet.js';

/** A process that makes the load: WebRTC clients with a real stack, or bare sockets for the floor. */

const tickMs = 4;
/** How long packets may take to arrive after the sending has ended, in ms. */
const arriveMs = 500;

const ages = new Ages();
const senders: { readonly packet: Buffer; readonly send: (packet: Buffer) => void; sequence: number }[] = [];
const peers = new Map<number, Client>();

/** Sends or receives one stream of video. */
class Client {
  readonly #id: number;
  readonly #connection: PeerConnection;
  /** Keeps the object alive for the library. */
  readonly #track: Track;

  constructor(id: number, sends: boolean) {
    this.#id = id;
    this.#connection = new PeerConnection(`load-${id}`, {
      iceServers: [],
      // As in the floor, so that both use the same path through the kernel.
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      forceMediaTransport: true,
    });
    // It tells no candidates, as a browser that hides its addresses. So its ICE is connected first, and it listens when
    // the handshake of the other side comes (media/embedded/README.md).
    this.#connection.onStateChange((state) => {
      if (state === 'connected' || state === 'failed') report({ type: 'settled', peer: id, state });
    });
    const ssrc = 1_000_000 + id;
    const media = new Video('0', sends ? 'SendOnly' : 'RecvOnly');
    media.addVP8Codec(payloadType);
    if (sends) media.addSSRC(ssrc, 'load', 'stream', 'video');
    const track = this.#connection.addTrack(media);
    this.#track = track;
    if (sends)
      senders.push({ packet: newPacket(ssrc), sequence: 0, send: (packet) => track.sendMessageBinary(packet) });
    else track.onMessage(received);
    this.#connection.setLocalDescription('offer');
    const sdp = this.#connection.localDescription()?.sdp ?? '';
    report({ type: 'offer', peer: id, sdp: sdp.replace(/^a=(?:candidate|end-of-candidates).*\r\n/gm, '') });
  }

  answer(sdp: string): void {
    this.#connection.setRemoteDescription(sdp, 'answer');
  }

  candidate(candidate: string, mid: string): void {
    this.#connection.addRemoteCandidate(candidate, mid);
  }

  toString(): string {
    return `${this.#id} ${this.#track.isOpen()}`;
  }
}

/** An error in a callback of the library ends the process. */
function received(packet: Buffer): void {
  const type = packet[1] ?? 0;
  if (packet.length >= 12 && (type < 192 || type > 223)) ages.add(ageOf(packet));
}

async function openSockets(port: number, publishers: number, receivers: number): Promise<number[]> {
  const bound = async (): Promise<Socket> => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return socket;
  };
  for (let publisher = 0; publisher < publishers; publisher += 1) {
    const socket = await bound();
    senders.push({
      packet: newPacket(publisher),
      sequence: 0,
      send: (packet) => {
        socket.send(packet, port, '127.0.0.1');
      },
    });
  }
  const ports: number[] = [];
  for (let receiver = 0; receiver < receivers; receiver += 1) {
    const socket = await bound();
    socket.on('message', received);
    ports.push(socket.address().port);
  }
  return ports;
}

function run(packetsPerSecond: number, ms: number): void {
  ages.clear();
  const start = performance.now();
  let each = 0;
  let sent = 0;
  const timer = setInterval(() => {
    const elapsed = Math.min(performance.now() - start, ms);
    const due = Math.floor((elapsed * packetsPerSecond) / 1000);
    for (; each < due; each += 1) {
      for (const sender of senders) {
        fillPacket(sender.packet, sender.sequence);
        sender.send(sender.packet);
        sender.sequence += 1;
        sent += 1;
      }
    }
    if (elapsed < ms) return;
    clearInterval(timer);
    setTimeout(() => {
      report({ type: 'ran', sent, received: ages.count, p50: ages.quantile(0.5), p95: ages.quantile(0.95) });
    }, arriveMs);
  }, tickMs);
}

function report(message: LoadReport): void {
  if (process.connected) process.send?.(message);
}

async function obey(command: LoadCommand): Promise<void> {
  switch (command.type) {
    case 'open':
      peers.set(command.peer, new Client(command.peer, command.sends));
      break;
    case 'answer':
      peers.get(command.peer)?.answer(command.sdp);
      break;
    case 'candidate':
      peers.get(command.peer)?.candidate(command.candidate, command.mid);
      break;
    case 'sockets':
      report({ type: 'sockets', ports: await openSockets(command.port, command.publishers, command.receivers) });
      break;
    case 'run':
      run(command.packetsPerSecond, command.ms);
      break;
    default:
      command satisfies never;
  }
}

initLogger('Fatal', () => undefined);
process.on('message', (command) => {
  void obey(command as LoadCommand);
});
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGKILL');
});
report({ type: 'ready' });
