import type { Load, Shape, Subject } from '../subjects.js';
import { asBrowser, clientConnected, startLoad } from '../subjects.js';
import { startJanus } from './janus-process.js';
import { JanusSocket } from './janus-socket.js';

/** Janus with the same clients: a room for each publisher, and a connection for each stream that a client receives. */
export async function janusSubject(address: string, { publishers, receiversOfEach }: Shape): Promise<Subject> {
  const janus = await startJanus(address);
  const socket = await JanusSocket.open(janus.url);
  const load = await startLoad();
  load.send({ type: 'address', address });
  const manager = await socket.attach();
  // All at once: a greeting of DTLS that comes before Janus has chosen its pair is lost, and is said again a second later.
  const rooms = Array.from({ length: publishers }, (_, index) => index);
  const peersOfEach = receiversOfEach + 1;
  await Promise.all(
    rooms.map(async (index) => {
      const room = index + 1;
      // Janus tells publishers that are not asked otherwise to send no more than a little.
      await manager.ask({ request: 'create', room, publishers: 2, videocodec: 'vp8', bitrate: 0 });
      await publish(socket, load, index * peersOfEach, room);
      const receivers = Array.from({ length: receiversOfEach }, (_, receiver) => index * peersOfEach + 1 + receiver);
      await Promise.all(receivers.map((peer) => subscribe(socket, load, peer, room)));
    }),
  );
  return {
    load,
    process: janus.figures,
    stop: async () => {
      await load.stop();
      await socket.close();
      await janus.stop();
    },
  };
}

const feed = 1;

async function publish(socket: JanusSocket, load: Load, peer: number, room: number): Promise<void> {
  const handle = await socket.attach();
  await handle.ask({ request: 'join', ptype: 'publisher', room, id: feed });
  const offered = load.next('offer', (report) => report.peer === peer);
  load.send({ type: 'open', peer, layers: 1 });
  // The library is the one that begins DTLS, as it does with the engine's answers to receivers.
  const sdp = asBrowser((await offered).sdp, true).replaceAll('a=setup:actpass', 'a=setup:active');
  const answer = await handle.ask({ request: 'publish' }, { type: 'offer', sdp });
  if (!answer) throw new Error('Janus did not answer a publisher');
  const connected = clientConnected(load, peer, `publisher of room ${room} of Janus`);
  load.send({ type: 'answer', peer, sdp: answer.sdp });
  await Promise.all([connected, handle.up]);
}

async function subscribe(socket: JanusSocket, load: Load, peer: number, room: number): Promise<void> {
  const handle = await socket.attach();
  const offer = await handle.ask({ request: 'join', ptype: 'subscriber', room, streams: [{ feed }] });
  if (!offer) throw new Error('Janus offered a subscriber nothing');
  const answered = load.next('answered', (report) => report.peer === peer);
  const connected = clientConnected(load, peer, `subscriber in room ${room} of Janus`);
  load.send({ type: 'offered', peer, sdp: offer.sdp });
  await handle.ask({ request: 'start' }, { type: 'answer', sdp: (await answered).sdp });
  await Promise.all([connected, handle.up]);
}
