import type { ClientFacts, Participant, Room, Rooms, WholeRoomRecord } from '../rooms/index.js';
import type { Handlers } from './operations.js';
import { pictureOf } from './room-views.js';
import { roomNamed } from './rooms.js';
import type { Component } from './schemas.js';

type State = Component<'DebugState'>;
type Client = State['clients'][number];
type Endpoint = Client['publications'][number]['endpoint'];

/** What is known of a room outside of it. */
export interface DebugSources {
  /** Of the server itself, without secrets. */
  readonly server: () => Omit<Component<'ServerDebug'>, 'at' | 'rooms'>;
  readonly clientFacts: (participant: Participant) => ClientFacts | undefined;
  /** Of this server, where it is one of several. */
  readonly node: () => State['node'];
  readonly positionOf: (room: string) => State['journal'];
  /** So much of an address as says where somebody is. */
  readonly areaOf: (address: string) => string;
  /** The time in ms since 1970. */
  readonly now: () => number;
}

export function debugHandlers(rooms: Rooms, sources: DebugSources): Handlers<'debugServer' | 'debugRoom'> {
  return {
    debugServer: () => ({
      status: 200,
      body: { at: dateOf(sources.now()), ...sources.server(), rooms: [...rooms.names] },
    }),
    debugRoom: ({ room }) => ({ status: 200, body: debugStateOf(roomNamed(rooms, room), sources) }),
  };
}

/** Takes over member by member, so that no secret gets in by itself. */
function debugStateOf(room: Room, sources: DebugSources): State {
  const whole = room.record(() => undefined);
  const { closesAt, moderatorAt, stays, pipeline } = whole.room;
  return {
    at: dateOf(sources.now()),
    room: pictureOf(room),
    stays,
    closesAt: dateIn(closesAt),
    moderatorAt: dateIn(moderatorAt),
    texts: whole.texts.length,
    waiting: room.waiting.length,
    recordings: room.recordings.map(({ id, state }) => ({ id, state })),
    filter: room.filter?.type ?? null,
    mediaServers: pipeline === undefined ? [] : serversIn(pipeline),
    node: sources.node(),
    journal: sources.positionOf(room.name),
    clients: [...room.everybody].map((each) => clientOf(each, whole, sources)),
  };
}

function clientOf(
  participant: Participant,
  { publications, subscriptions, participants }: WholeRoomRecord,
  { areaOf, clientFacts }: DebugSources,
): Client {
  const { id, slot, attributes, region = null, bearer, quality } = participant;
  const facts = clientFacts(participant);
  const address = facts?.address ?? bearer.address;
  const idOf = (other: number): string => participants.find((each) => each.slot === other)?.id ?? '';
  return {
    participant: id,
    // Asking for it would make one.
    sid: participants.find((each) => each.slot === slot)?.sid ?? null,
    slot,
    quality: quality?.level ?? null,
    door: attributes.dialect,
    region,
    address: address === undefined ? null : areaOf(address),
    isProven: bearer.identity !== undefined,
    session: facts
      ? {
          id: facts.session,
          connected: facts.isConnected,
          features: [...facts.features],
          requests: facts.requests,
          keptMessages: facts.keptMessages,
        }
      : null,
    publications: publications
      .filter((each) => each.slot === slot)
      .map(({ id: stream, endpoint, loopback = [], filter }) => ({
        ...{ stream, endpoint: endpointIn(endpoint), loopback: [...loopback], filter: filter?.is.type ?? null },
      })),
    subscriptions: subscriptions
      .filter((each) => each.slot === slot)
      .map(({ publisher, stream, endpoint, connected, muted }) => ({
        ...{ publisher: idOf(publisher), stream, endpoint: endpointIn(endpoint) },
        ...{ flows: [...connected], muted: [...muted] },
      })),
  };
}

/** The addresses in the record of a pipeline, without user and password. */
function serversIn(pipeline: string): string[] {
  const found = pipeline.match(/wss?:\/\/[^\s"\\]+/g) ?? [];
  return [...new Set(found.map((url) => url.replace(/\/\/[^/@]*@/, '//')))];
}

/** What a record of an endpoint says, whatever engine has made it. */
function endpointIn(record: string): Endpoint {
  try {
    const parsed: unknown = JSON.parse(record);
    if (typeof parsed === 'object' && parsed !== null) {
      const id: unknown = Reflect.get(parsed, 'id');
      const connected: unknown = Reflect.get(parsed, 'connected');
      if (typeof id === 'string') return { id, ...(typeof connected === 'boolean' && { connected }) };
    }
  } catch {
    // Of an engine with records of another form.
  }
  return { id: record };
}

function dateIn(ms: number | undefined): string | null {
  return ms === undefined ? null : dateOf(ms);
}

/** @param ms since 1970 */
function dateOf(ms: number): string {
  return new Date(ms).toISOString();
}
