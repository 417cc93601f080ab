import { z } from 'zod';
import type { ProblemCode } from './problem.js';
import { components } from './schemas.js';

export interface Operation {
  readonly method: 'get' | 'delete';
  /** As OpenAPI writes it. Names in braces are parameters of the path. Other members of `params` are parameters of the query. */
  readonly path: string;
  readonly tag: 'rooms' | 'server' | 'original';
  readonly summary: string;
  readonly description?: string;
  readonly params: z.ZodObject;
  /** `admin`: it needs the admin token, and a HEAD request never runs it. `admin-sees-more`: the answer depends on the token. */
  readonly access: 'everybody' | 'admin-sees-more' | 'admin';
  /** The answers of success, by status. */
  readonly responses: Readonly<Record<number, z.ZodType>>;
  /** The reasons for which it may refuse, besides those of every operation. */
  readonly problems: readonly ProblemCode[];
}

/** An answer without a body. */
export const nothing = z.undefined();

const none = z.object({});
const roomName = z.string().min(1).meta({ description: 'The name of the room: any text, percent-encoded' });
const participantId = z.string().min(1).meta({ description: 'The id of the participant: any text, percent-encoded' });
const forListed = 'ROOM_LIST says whether everybody may have it, administrators or nobody.';
const jsonDocument = z.record(z.string(), z.unknown());

const getRoom = {
  method: 'get',
  path: '/api/v1/rooms/{room}',
  tag: 'rooms',
  summary:
    'A room. With the admin token: its participants, publications and subscriptions; otherwise how many there are',
  description: 'Without the admin token the server must have ROOM_LIST=public.',
  params: z.object({ room: roomName }),
  access: 'admin-sees-more',
  responses: { 200: z.union([components.Room, components.RoomSummary]) },
  problems: ['forbidden', 'room-not-found'],
} as const satisfies Operation;

const closeRoom = {
  method: 'delete',
  path: '/api/v1/rooms/{room}',
  tag: 'rooms',
  summary: 'Closes a room. Everybody in it is told roomClosed',
  params: z.object({ room: roomName }),
  access: 'admin',
  responses: { 204: nothing },
  problems: ['room-not-found'],
} as const satisfies Operation;

const evictParticipant = {
  method: 'delete',
  path: '/api/v1/rooms/{room}/participants/{participant}',
  tag: 'rooms',
  summary: 'Evicts a participant',
  description:
    'The others are told participantLeft, then the evicted one participantEvicted, which may not be back for EVICTION_MS.',
  params: z.object({ room: roomName, participant: participantId }),
  access: 'admin',
  responses: { 204: nothing },
  problems: ['room-not-found', 'participant-not-found'],
} as const satisfies Operation;

/** The same with all names in the query: proxies decode or refuse a %2F in a path, and leave the query as it is. */
function byQuery<O extends Operation, const P extends string>(operation: O, path: P) {
  return { ...operation, path, description: `The same as \`${operation.path}\`, for names that hold a slash.` };
}

/** Every path of the REST API, once: routes, types of the handlers and the OpenAPI document follow from it. */
export const operations = {
  listRooms: {
    method: 'get',
    path: '/api/v1/rooms',
    tag: 'rooms',
    summary: 'All rooms, in the order they were opened',
    description: forListed,
    params: none,
    access: 'admin-sees-more',
    responses: { 200: z.array(components.RoomSummary) },
    problems: ['forbidden'],
  },
  getRoom,
  getRoomByQuery: byQuery(getRoom, '/api/v1/room'),
  closeRoom,
  closeRoomByQuery: byQuery(closeRoom, '/api/v1/room'),
  evictParticipant,
  evictParticipantByQuery: byQuery(evictParticipant, '/api/v1/participant'),
  getOpenApi: {
    method: 'get',
    path: '/api/v1/openapi.json',
    tag: 'server',
    summary: 'The OpenAPI document of this API',
    params: none,
    access: 'everybody',
    responses: { 200: jsonDocument },
    problems: [],
  },
  getOpenRpc: {
    method: 'get',
    path: '/api/v1/openrpc.json',
    tag: 'server',
    summary: 'The OpenRPC document of the room protocol, which clients speak over the WebSocket',
    params: none,
    access: 'everybody',
    responses: { 200: jsonDocument },
    problems: [],
  },
  getIceServers: {
    method: 'get',
    path: '/api/v1/ice-servers',
    tag: 'server',
    summary: 'The STUN and TURN servers that clients should use',
    params: none,
    access: 'everybody',
    responses: { 200: components.IceServers },
    problems: [],
  },
  getHealth: {
    method: 'get',
    path: '/healthz',
    tag: 'server',
    summary: '200 while rooms can have media, 503 while no media server is within reach',
    description: 'With the admin token, and at ADMIN_PORT, it says more than that.',
    params: none,
    access: 'admin-sees-more',
    responses: {
      200: z.union([components.Status, components.Health]),
      503: z.union([components.Status, components.Health]),
    },
    problems: [],
  },
  getAllRooms: {
    method: 'get',
    path: '/getAllRooms',
    tag: 'original',
    summary: 'The names of all rooms',
    description: forListed,
    params: none,
    access: 'admin-sees-more',
    responses: { 200: z.array(z.string()) },
    problems: ['forbidden'],
  },
  getClientConfig: {
    method: 'get',
    path: '/getClientConfig',
    tag: 'original',
    summary: 'What pages are to offer',
    params: none,
    access: 'everybody',
    responses: { 200: components.ClientConfig },
    problems: [],
  },
  getThresholdSpeaker: {
    method: 'get',
    path: '/getThresholdSpeaker',
    tag: 'original',
    summary: 'The volume in dB above which pages show a participant as speaking',
    params: none,
    access: 'everybody',
    responses: { 200: z.number() },
    problems: [],
  },
  getUpdateSpeakerInterval: {
    method: 'get',
    path: '/getUpdateSpeakerInterval',
    tag: 'original',
    summary: 'How often pages check who is speaking, in ms',
    params: none,
    access: 'everybody',
    responses: { 200: z.number() },
    problems: [],
  },
  close: {
    method: 'get',
    path: '/close',
    tag: 'original',
    summary: 'Closes a room, if CLOSE_ENDPOINT allows it by a GET',
    description: 'For programs written for the Kurento Room server. New ones delete /api/v1/rooms/{room}.',
    params: z.object({ room: roomName }),
    access: 'admin',
    responses: { 200: nothing },
    problems: ['room-not-found'],
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
type Responses<O extends OperationName> = (typeof operations)[O]['responses'];

/** The parameters of an operation, checked. */
export type Input<O extends OperationName> = z.output<(typeof operations)[O]['params']>;
/** What a handler is told of the client. */
export interface Asking {
  /** It sent the admin token. False where `access` is `everybody`: the token is not looked at then. */
  readonly isAdmin: boolean;
}
/** What its handler returns. */
export type Answer<O extends OperationName> = {
  [S in keyof Responses<O>]: {
    readonly status: S;
    readonly body: Responses<O>[S] extends z.ZodType ? z.output<Responses<O>[S]> : never;
  };
}[keyof Responses<O>];
export type Handlers<N extends OperationName> = { readonly [O in N]: (input: Input<O>, asking: Asking) => Answer<O> };
