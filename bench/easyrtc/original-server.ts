import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Server } from 'socket.io';
import { serveBench } from '../signalling/bench-process.js';

/** The part of the package that is used here. */
interface OriginalServer {
  setOption(name: string, value: unknown): void;
  listen(app: unknown, sockets: Server, options: null, done: (error: unknown) => void): void;
}

/** The open-easyrtc server on the same version of Socket.IO, without optional features that cost time. */
const original = createRequire(import.meta.url)('open-easyrtc') as OriginalServer;
const quiet = {
  logLevel: 'none',
  apiEnable: false,
  demosEnable: false,
  sessionEnable: false,
  updateCheckEnable: false,
  roomMaxConnection: 0,
};
for (const [name, value] of Object.entries(quiet)) original.setOption(name, value);

const app = express();
const http = createServer(app);
const sockets = new Server(http, { allowEIO3: true, cors: { origin: '*' } });
await once(http.listen(0, '127.0.0.1'), 'listening');
await new Promise<void>((resolve, reject) => {
  original.listen(app, sockets, null, (error) => {
    if (error) reject(new Error('the original server did not start', { cause: error }));
    else resolve();
  });
});
serveBench(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
