import { createCipheriv, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { FloorCommand, FloorReport } from './floor-messages.js';

/**
 * The floor: receives by dgram and, for each receiver, seals with AES-128-GCM and sends. It checks nothing, decrypts
 * nothing, knows no lost packets and no reports.
 */
const headerBytes = 12;

interface Receiver {
  readonly port: number;
  readonly key: Buffer;
  readonly iv: Buffer;
}

/** By the number of the publisher, which it sends as its SSRC. */
const receivers: Receiver[][] = [];

const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
socket.on('message', (packet) => {
  const header = packet.subarray(0, headerBytes);
  const payload = packet.subarray(headerBytes);
  for (const { port, key, iv } of receivers[packet.readUInt32BE(8)] ?? []) {
    const cipher = createCipheriv('aes-128-gcm', key, iv);
    cipher.setAAD(header);
    const sealed = cipher.update(payload);
    cipher.final();
    socket.send([header, sealed, cipher.getAuthTag()], port, '127.0.0.1');
  }
});
socket.bind(0, '127.0.0.1');
await once(socket, 'listening');

process.on('message', (command) => {
  for (const ports of (command as FloorCommand).receivers) {
    receivers.push(ports.map((port) => ({ port, key: randomBytes(16), iv: randomBytes(12) })));
  }
  process.send?.({ type: 'connected' } satisfies FloorReport);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready', port: socket.address().port } satisfies FloorReport);
