/**
 * The server inside of a program that knows its people: a club, whose EasyRTC pages send a ticket.
 *
 *   npm run build && npx tsx examples/embed-server/server.ts [the flags of `npm start`]
 */
import { randomUUID } from 'node:crypto';
import { RoomError, readConfig, startServer } from 'atrium';
import type { Authorize, EasyRtcHooks } from 'atrium';

/** In a real program: a database. */
const members = [
  { name: 'ana', ticket: 'a-1', inCommittee: true },
  { name: 'ben', ticket: 'b-2', inCommittee: false },
];

const easyrtc: EasyRtcHooks = {
  /** Only members come in, under their own names. */
  authenticate: ({ username }, credential) =>
    members.some(({ name, ticket }) => name === username && ticket === credential?.ticket),

  /** A message to the server itself gets an answer. */
  message: (_visitor, type) =>
    type === 'members' ? { msgType: 'members', msgData: { names: members.map(({ name }) => name) } } : undefined,
};

/** Asked before every join and every publication, whatever protocol the client speaks. Only EasyRTC pages have a ticket; so only they get into the committee. */
const authorize: Authorize = ({ room, attributes: { dialect, displayName } }) => {
  if (room !== 'committee') return;
  if (dialect === 'easyrtc' && members.some(({ name, inCommittee }) => name === displayName && inCommittee)) return;
  throw new RoomError('room-refused', `"${displayName}" is not in the committee`);
};

// Clients of other protocols have no ticket. All protocols lead into the same rooms, so they need a token, which the club makes with this
// key. In a real program: the secret of its configuration.
const env = { AUTH: 'required', KEYS: `club: ${randomUUID()}`, ...process.env };
const server = await startServer(readConfig(process.argv.slice(2), env), { easyrtc }, { authorize });
process.stdout.write(`Atrium is open: ${server.url}\n`);

// What happens in all rooms, whatever protocol the people speak.
const unwatch = server.rooms.watch({
  roomOpened: (room) => process.stdout.write(`${room.name} is open\n`),
  happened: (room, event) => {
    if (event.type === 'participantJoined') process.stdout.write(`${event.participant.name} came to ${room.name}\n`);
  },
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    unwatch();
    void server.stop();
  });
}
