import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { serveBench } from '../signalling/bench-process.js';

/** The floor: a bare socket.io server that sends every packet back to its sender and acknowledges all other requests. */
const http = createServer();
const server = new Server(http, { maxHttpBufferSize: 4_194_304 });

type Acknowledge = (answer: object) => void;

server.on('connection', (socket) => {
  socket.on('SendData', (kind: string, data: Buffer) => {
    socket.emit('DataReceived', socket.id, kind, data);
  });
  const body = { userId: socket.id, sessionId: socket.id };
  for (const name of ['Login', 'AddSession', 'JoinSession', 'RegisterForDataStream']) {
    socket.on(name, (...content: unknown[]) => {
      (content.at(-1) as Acknowledge)({ error: 0, message: 'OK', body });
    });
  }
});

http.listen(0, '127.0.0.1', () => {
  serveBench(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
});
