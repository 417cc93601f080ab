import { echoing } from './raw-client.js';
import type { RawClient } from './raw-client.js';

/** A process with the other clients. Its arguments are the host and port of the server, and the number of clients. */
const [host = '', count = '0'] = process.argv.slice(2);

/** Each client sends a packet every 2.5 s, as the published figures of the original suggest. */
const intervalMs = 2_500;
const packetBytes = 50_000;
const sessionSize = 20;

const packet = Buffer.alloc(packetBytes, 1);
const members: RawClient[] = [];
let session: string | undefined;
let sent = 0;
let received = 0;
for (let index = 0; index < Number(count); index += 1) {
  if (index % sessionSize === 0) session = undefined;
  const { client, sessionId } = await echoing(host, `other ${index}`, session);
  session = sessionId;
  client.onPacket = ({ length }) => {
    if (length === packetBytes) received += 1;
  };
  members.push(client);
}

let next = 0;
let startedAt = 0;
let ticking: NodeJS.Timeout | undefined;
/** Sends all packets that are due since the start, so that they are spread evenly. */
function tick(): void {
  const due = ((performance.now() - startedAt) / intervalMs) * members.length;
  for (; sent < due; sent += 1) {
    members[next % members.length]?.send(packet);
    next += 1;
  }
}

process.on('message', (order) => {
  if (order === 'go') {
    startedAt = performance.now();
    if (members.length > 0) ticking = setInterval(tick, 2);
  } else if (order === 'rest') {
    clearInterval(ticking);
  } else {
    process.send?.({ sent, received });
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
