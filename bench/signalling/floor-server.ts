import { WebSocket, WebSocketServer } from 'ws';
import { serveBench } from './bench-process.js';

/**
 * The floor: the least that a server can do for the same conversation. It checks nothing, keeps the members of each room, and sends a
 * string to each socket in a loop.
 */
interface Member {
  readonly user: string;
  readonly room: Set<Member>;
  readonly socket: WebSocket;
}

interface Frame {
  readonly id: number;
  readonly method: string;
  readonly params: { readonly user: string; readonly room: string; readonly message: string };
}

const rooms = new Map<string, Set<Member>>();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

server.on('connection', (socket) => {
  let member: Member | undefined;
  socket.on('message', (data: Buffer) => {
    const { id, method, params } = JSON.parse(data.toString()) as Frame;
    if (method === 'joinRoom') {
      const room = rooms.get(params.room) ?? new Set();
      rooms.set(params.room, room);
      const value = [...room].map(({ user }) => ({ id: user }));
      tellAll(room, 'participantJoined', { id: params.user });
      member = { user: params.user, room, socket };
      room.add(member);
      socket.send(JSON.stringify({ id, result: { value, sessionId: params.user }, jsonrpc: '2.0' }));
    } else if (method === 'sendMessage' && member) {
      socket.send(JSON.stringify({ id, result: { sessionId: member.user }, jsonrpc: '2.0' }));
      const { user } = member;
      tellAll(member.room, 'sendMessage', { room: params.room, user, name: user, message: params.message });
    } else if (method === 'leaveRoom') {
      leave();
      socket.send(JSON.stringify({ id, result: {}, jsonrpc: '2.0' }));
    }
  });
  socket.on('close', leave);

  function leave(): void {
    if (!member) return;
    member.room.delete(member);
    tellAll(member.room, 'participantLeft', { name: member.user });
    member = undefined;
  }
});

function tellAll(room: ReadonlySet<Member>, method: string, params: unknown): void {
  const text = JSON.stringify({ method, params, jsonrpc: '2.0' });
  for (const { socket } of room) if (socket.readyState === WebSocket.OPEN) socket.send(text);
}

server.on('listening', () => {
  const { port } = server.address() as { port: number };
  serveBench(`ws://127.0.0.1:${port}/room`);
});
