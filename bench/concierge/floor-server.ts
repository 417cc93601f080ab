import { WebSocket, WebSocketServer } from 'ws';
import { serveBench } from '../signalling/bench-process.js';

/**
 * The floor: a relay that checks nothing. It knows the name of each client and the members of each group, and sends a string to each
 * socket in a loop.
 */
interface Payload {
  readonly type: string;
  readonly name: string;
  readonly target: { readonly name?: string; readonly group?: string };
  readonly data: unknown;
}

const names = new Map<string, WebSocket>();
const groups = new Map<string, Set<WebSocket>>();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

server.on('connection', (socket) => {
  let name = '';
  socket.on('message', (data: Buffer) => {
    const payload = JSON.parse(data.toString()) as Payload;
    const group = (payload.target as Payload['target'] | undefined)?.group ?? payload.name;
    if (payload.type === 'IDENTIFY') {
      name = payload.name;
      names.set(name, socket);
      socket.send('{"type":"HELLO"}');
    } else if (payload.type === 'MESSAGE') {
      const { target } = payload;
      const one = names.get(target.name ?? '');
      const text = JSON.stringify({ type: 'MESSAGE', origin: { name }, target, data: payload.data });
      for (const each of one ? [one] : (groups.get(group) ?? [])) {
        if (each.readyState === WebSocket.OPEN) each.send(text);
      }
      socket.send('{"type":"STATUS","code":"MESSAGE_SENT"}');
    } else {
      const members = groups.get(group) ?? new Set();
      groups.set(group, members);
      if (payload.type === 'SELF_SUBSCRIBE') members.add(socket);
      socket.send(`{"type":"STATUS","name":${JSON.stringify(group)}}`);
    }
  });
});

server.on('listening', () => {
  const { port } = server.address() as { port: number };
  serveBench(`ws://127.0.0.1:${port}/ws`);
});
