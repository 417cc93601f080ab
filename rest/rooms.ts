import type { Moderation, Participant, Passwords, Room, RoomSettings, Rooms } from '../rooms/index.js';
import type { Caller } from './callers.js';
import type { Body, Handlers } from './operations.js';
import { Problem } from './problem.js';
import type { AllRooms } from './all-rooms.js';
import { listedRoomOf } from './listed-room.js';
import type { RoomList } from './room-list.js';
import { banOf, memberOf, pictureOf, qualityOf, summaryOf, waitingOf } from './room-views.js';

export type RoomOperation =
  | 'listRooms'
  | 'createRoom'
  | 'getRoom'
  | 'updateRoom'
  | 'closeRoom'
  | 'listParticipants'
  | 'getParticipant'
  | 'getQuality'
  | 'updateParticipant'
  | 'evictParticipant'
  | 'unpublish'
  | 'sendMessage'
  | 'listWaiting'
  | 'admit'
  | 'deny'
  | 'listBans'
  | 'ban'
  | 'liftBan';

const done = { status: 204, body: undefined } as const;

/** The operations about rooms and those in them. Each change is the verb of a moderator, which checks the caller's grants again. */
export function roomHandlers(
  rooms: Rooms,
  all: AllRooms,
  roomList: RoomList,
  passwords: Passwords,
): Handlers<RoomOperation> {
  /** What the caller may do there. */
  const at = (name: string, caller: Caller): { readonly room: Room; readonly by: Moderation } => {
    const room = roomNamed(rooms, name);
    return { room, by: room.moderatedBy(caller) };
  };
  return {
    listRooms: async (_input, { isAdmin }) => {
      roomList.check(isAdmin);
      const shown = (await all.list()).filter(({ listed }) => isAdmin || listed);
      return { status: 200, body: shown.map(summaryOf) };
    },
    createRoom: async (_input, { caller }, { name, ...given }) => {
      const present = rooms.find(name);
      if (present) return { status: 200, body: pictureOf(present) };
      const settings = await settingsIn(given, passwords);
      // Another request may have made it while the password was hashed.
      const made = rooms.find(name);
      if (made) return { status: 200, body: pictureOf(made) };
      return {
        status: 201,
        body: pictureOf(
          await rooms.open(name, {
            settings,
            stays: false,
            bearer: caller.bearer,
            administrator: caller.administrator,
          }),
        ),
      };
    },
    getRoom: ({ room }, { isAdmin }) => {
      // Participants have names; a stranger is told how many there are.
      if (!isAdmin) roomList.check(isAdmin);
      const found = roomNamed(rooms, room);
      return { status: 200, body: isAdmin ? pictureOf(found) : summaryOf(listedRoomOf(found)) };
    },
    updateRoom: async ({ room: name }, { caller }, body) => {
      const { room, by } = at(name, caller);
      by.update(await settingsIn(body, passwords));
      return { status: 200, body: pictureOf(room) };
    },
    closeRoom: ({ room: name, reason }, { caller }) => {
      at(name, caller).by.close(reason);
      return done;
    },
    listParticipants: ({ room }) => ({ status: 200, body: [...roomNamed(rooms, room).everybody].map(memberOf) }),
    getParticipant: ({ room, participant }) => ({
      status: 200,
      body: memberOf(participantIn(roomNamed(rooms, room), participant)),
    }),
    getQuality: ({ room, participant }) => ({
      status: 200,
      body: qualityOf(participantIn(roomNamed(rooms, room), participant)),
    }),
    updateParticipant: async ({ room: name, participant: id }, { caller }, body) => {
      const { room, by } = at(name, caller);
      const participant = participantIn(room, id);
      await change(by, participant, body);
      return { status: 200, body: memberOf(participant) };
    },
    evictParticipant: ({ room: name, participant: id, reason, banMs, revoke }, { caller }) => {
      const { room, by } = at(name, caller);
      by.evict(participantIn(room, id), { reason, banMs, revoke: revoke === 'true' });
      return done;
    },
    unpublish: ({ room: name, participant: id, stream }, { caller }) => {
      const { room, by } = at(name, caller);
      by.unpublish(participantIn(room, id), stream);
      return done;
    },
    sendMessage: ({ room: name }, { caller }, { text, data = '', topic = '', to }) => {
      const { room, by } = at(name, caller);
      const targets = to === undefined ? undefined : [to].flat().map((id) => participantIn(room, id));
      if (text === undefined) by.sendData(topic, data, targets);
      else by.announce(text, targets);
      return done;
    },
    listWaiting: ({ room }, { caller }) => ({ status: 200, body: at(room, caller).by.waiting.map(waitingOf) }),
    admit: ({ room, id }, { caller }) => {
      const { by } = at(room, caller);
      assertWaits(by, id);
      by.admit(id);
      return done;
    },
    deny: ({ room, id, reason }, { caller }) => {
      const { by } = at(room, caller);
      assertWaits(by, id);
      by.deny(id, reason);
      return done;
    },
    listBans: ({ room }, { caller }) => ({ status: 200, body: at(room, caller).by.bans.map(banOf) }),
    ban: ({ room }, { caller }, { banMs, ...known }) => ({
      status: 201,
      body: banOf(at(room, caller).by.ban(known, banMs)),
    }),
    liftBan: ({ room, ban }, { caller }) => {
      const { by } = at(room, caller);
      if (!by.bans.some(({ id }) => id === ban)) throw new Problem('ban-not-found', `There is no ban "${ban}"`);
      by.liftBan(ban);
      return done;
    },
  };
}

/** @throws Problem `room-not-found` */
export function roomNamed(rooms: Rooms, name: string): Room {
  const room = rooms.find(name);
  if (!room) throw new Problem('room-not-found', `There is no room "${name}"`);
  return room;
}

/** @throws Problem `participant-not-found` */
export function participantIn(room: Room, id: string): Participant {
  const participant = room.findAny(id);
  if (!participant) throw new Problem('participant-not-found', `Nobody in room "${room.name}" has the id "${id}"`);
  return participant;
}

/** @throws Problem `nobody-waits` */
function assertWaits({ waiting }: Moderation, wanted: string): void {
  if (!waiting.some(({ id }) => id === wanted)) throw new Problem('nobody-waits', `Nobody of the id "${wanted}" waits`);
}

/** First what can be refused without a change, so that a refused request changes as little as can be. */
async function change(by: Moderation, participant: Participant, body: Body<'updateParticipant'>): Promise<void> {
  const { muted, stream, grants, role, name, metadata, attributes, hand } = body;
  if (grants !== undefined || role !== undefined) by.setGrants(participant, grants ?? {}, role);
  if (name !== undefined || metadata !== undefined || attributes !== undefined) {
    by.changeProfile(participant, { name, metadata, tags: attributes });
  }
  if (hand === false) by.lowerHand(participant);
  for (const kind of ['audio', 'video'] as const) {
    const isCut = muted?.[kind];
    if (isCut !== undefined) await by.mute(participant, [kind], isCut, stream);
  }
}

type Given = Omit<Body<'createRoom'>, 'name'>;

async function settingsIn({ password, ...given }: Given, passwords: Passwords): Promise<Partial<RoomSettings>> {
  const settings: Record<string, unknown> = { ...given };
  if (password !== undefined) settings.passwordHash = password === null ? null : await passwords.hash(password);
  // Absent members are undefined, which means the same to the rooms.
  return settings;
}
