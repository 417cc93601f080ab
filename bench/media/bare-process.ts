import { PeerConnection, Video, cleanup, initLogger } from 'node-datachannel';
import type { Track } from 'node-datachannel';
import type { LoadCommand, LoadReport } from './load-messages.js';
import { payloadType } from './packet.js';

/** The other floor: the cost of an endpoint that is only a connection of node-datachannel. */

/** Keeps the objects alive for the library. */
const kept: (PeerConnection | Track)[] = [];

function answer(peer: number, offer: string): void {
  const connection = new PeerConnection(`bare-${peer}`, {
    iceServers: [],
    bindAddress: '127.0.0.1',
    disableAutoNegotiation: true,
    forceMediaTransport: true,
  });
  connection.onLocalCandidate((candidate, mid) => {
    report({ type: 'candidate', peer, candidate, mid });
  });
  const media = new Video('0', 'SendRecv');
  media.addVP8Codec(payloadType);
  kept.push(connection, connection.addTrack(media));
  // The library answers as the active side of DTLS, as the engine does.
  connection.setRemoteDescription(offer, 'offer');
  connection.setLocalDescription('answer');
  report({ type: 'offer', peer, sdp: connection.localDescription()?.sdp ?? '' });
}

function report(message: LoadReport): void {
  if (process.connected) process.send?.(message);
}

initLogger('Fatal', () => undefined);
process.on('message', (message) => {
  const command = message as LoadCommand;
  if (command.type === 'answer') answer(command.peer, command.sdp);
});
process.on('disconnect', () => {
  cleanup();
  process.kill(process.pid, 'SIGKILL');
});
report({ type: 'ready' });
