import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { initLogger } from 'node-datachannel';
import { SyntheticConnection, isRtp, layerSsrc, streams } from '../../load/synthetic-connection.js';
import { TransportFeedback } from '../../media/embedded/rtp/transport-feedback.js';
import { Ages } from './ages.js';
import { answeringClient } from './answering-client.js';
import type { LoadCommand, LoadReport } from './load-messages.js';
import { ageOf, fillPacket, newPacket, numberOf } from './packet.js';

/** A process that makes the load: WebRTC clients with a real stack, or bare sockets for the floor. */

const tickMs = 4;
/** How long packets may take to arrive after the sending has ended, in ms. */
const arriveMs = 500;
/** How often receivers tell what has come, in ms. Browsers do so every 50 to 250 ms. */
const feedbackMs = 100;

const ages = new Ages();
interface Sender {
  readonly packet: Buffer;
  readonly send: (packet: Buffer) => void;
  sequence: number;
  /** It sends one of so many packets that are due. 1: those are the packets that receivers get. */
  readonly every: number;
  /** Counts what its connection sends. */
  readonly numbers: { next: number };
}
const senders: Sender[] = [];
const peers = new Map<number, SyntheticConnection>();
/** What tells of the packets that came to a receiver, if they have a number, and what sends it. */
interface Telling {
  readonly feedback: TransportFeedback;
  readonly send: (message: Buffer) => void;
}
const telling = new Set<Telling>();
/** Where clients are. As in the floor, so that both use the same path through the kernel. */
let address = '127.0.0.1';

/** Of a picture in several sizes each has a third of the packets of the next one. */
const nextLayer = 3;

/** Sends a picture in so many sizes, or receives one (0). */
function open(peer: number, layers: number): SyntheticConnection {
  const connection = new SyntheticConnection({
    name: `load-${peer}`,
    sections: [{ kind: 'video', ...(layers > 0 ? { direction: 'sendonly', layers } : { direction: 'recvonly' }) }],
    bindAddress: address,
    onState: settled(peer),
    onRtp: (_kind, packet) => {
      ages.add(ageOf(packet));
      arrived(numberOf(packet));
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const arrived = teller((message) => {
    connection.tell('video', message);
  });
  const numbers = { next: 0 };
  for (let layer = 0; layer < layers; layer += 1) {
    const send = (packet: Buffer): void => {
      connection.send('video', packet);
    };
    const every = nextLayer ** (layers - 1 - layer);
    senders.push({ packet: newPacket(layerSsrc(layer), 320 * 2 ** layer), sequence: 0, send, every, numbers });
  }
  report({ type: 'offer', peer, sdp: connection.offer });
  return connection;
}

/** Receives what another side offers. */
function take(peer: number, offer: string): void {
  const extension = Number(/^a=extmap:(\d+)\S* \S*transport-wide-cc/m.exec(offer)?.[1] ?? 0);
  const tell = answeringClient({
    ...{ name: `load-${peer}`, bindAddress: address, offer, onState: settled(peer) },
    onAnswer: (sdp) => {
      report({ type: 'answered', peer, sdp });
    },
    onPacket: (packet) => {
      if (!isRtp(packet)) return;
      ages.add(ageOf(packet));
      if (extension > 0) arrived(numberOf(packet, extension));
    },
  });
  const arrived = teller(tell);
}

function settled(peer: number): (state: string) => void {
  return (state) => {
    if (state === 'connected' || state === 'failed') report({ type: 'settled', peer, state });
  };
}

/** Returns what is to be called with the number of each packet that comes. */
function teller(send: (message: Buffer) => void): (number: number | undefined) => void {
  let one: Telling | undefined;
  return (number) => {
    if (number === undefined) return;
    if (!one) telling.add((one = { feedback: new TransportFeedback(), send }));
    one.feedback.arrived(number, performance.now());
  };
}

setInterval(() => {
  for (const { feedback, send } of telling) for (const message of feedback.take(1, streams.video.ssrc)) send(message);
}, feedbackMs);

function received(packet: Buffer): void {
  if (isRtp(packet)) ages.add(ageOf(packet));
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
      ...{ sequence: 0, every: 1, numbers: { next: 0 } },
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
        if (each % sender.every !== 0) continue;
        fillPacket(sender.packet, sender.sequence, sender.numbers.next);
        sender.send(sender.packet);
        sender.sequence += 1;
        sender.numbers.next += 1;
        if (sender.every === 1) sent += 1;
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
      peers.set(command.peer, open(command.peer, command.layers));
      break;
    case 'offered':
      take(command.peer, command.sdp);
      break;
    case 'address':
      ({ address } = command);
      break;
    case 'answer':
      peers.get(command.peer)?.accept(command.sdp);
      break;
    case 'candidate':
      peers.get(command.peer)?.addCandidate(command.candidate, command.mid);
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
