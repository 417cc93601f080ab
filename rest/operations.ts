import { z } from 'zod';
import type { Caller } from './callers.js';
import { inRoom, none, nothing, onRoom, roomName } from './operation.js';
import type { Operation } from './operation.js';
import { recordingOperations } from './recording-operations.js';
import { components } from './schemas.js';
import type { Component } from './schemas.js';

/** A whole number in the query. */
const queryNumber = z
  .string()
  .regex(/^-?\d{1,15}$/, 'must be a whole number')
  .transform(Number);
const participantId = z
  .string()
  .min(1)
  .meta({ description: 'The identity or the id of the participant: any text, percent-encoded' });
const ofParticipant = z.object({ room: roomName, participant: participantId });
const reason = z.string().max(200).optional().meta({ description: 'Why, for those who are told' });
const forListed =
  'ROOM_LIST says whether everybody may have it, administrators or nobody. A token with roomList has it always, but for `off`.';
const jsonDocument = z.record(z.string(), z.unknown());
const onParticipant = [...onRoom, 'participant-not-found'] as const;

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
    problems: ['forbidden', 'room-unreachable'],
  },
  createRoom: {
    method: 'post',
    path: '/api/v1/rooms',
    tag: 'rooms',
    summary: 'Makes a room in advance, with settings. One that is there is answered as it is',
    description:
      'It closes when nobody comes for `emptyTimeoutS`, and when everybody has been gone for `departureTimeoutS`.',
    params: none,
    body: components.NewRoom,
    access: 'roomCreate',
    responses: { 200: components.Room, 201: components.Room },
    problems: ['no-place', 'draining', 'conflict', 'room-unreachable'],
  },
  getRoom: {
    method: 'get',
    path: '/api/v1/rooms/{room}',
    tag: 'rooms',
    summary:
      'A room. With the admin token, or one with roomAdmin: its participants, publications and subscriptions; otherwise how many there are',
    description: 'Without such a token the server must have ROOM_LIST=public.',
    params: inRoom,
    access: 'admin-sees-more',
    responses: { 200: z.union([components.Room, components.RoomSummary]) },
    problems: ['forbidden', ...onRoom],
  },
  updateRoom: {
    method: 'patch',
    path: '/api/v1/rooms/{room}',
    tag: 'rooms',
    summary: 'Changes settings of a room while it runs. Nobody who is in it is affected',
    params: inRoom,
    body: components.RoomChanges,
    access: 'roomAdmin',
    responses: { 200: components.Room },
    problems: onRoom,
  },
  closeRoom: {
    method: 'delete',
    path: '/api/v1/rooms/{room}',
    tag: 'rooms',
    summary: 'Ends a room for all. Everybody in it is told roomClosed',
    params: z.object({ room: roomName, reason }),
    access: 'roomEnd',
    responses: { 204: nothing },
    problems: onRoom,
  },
  listParticipants: {
    method: 'get',
    path: '/api/v1/rooms/{room}/participants',
    tag: 'participants',
    summary: 'Everybody in a room, the hidden ones too',
    params: inRoom,
    access: 'roomAdmin',
    responses: { 200: z.array(components.Participant) },
    problems: onRoom,
  },
  getParticipant: {
    method: 'get',
    path: '/api/v1/rooms/{room}/participants/{participant}',
    tag: 'participants',
    summary: 'A participant',
    params: ofParticipant,
    access: 'roomAdmin',
    responses: { 200: components.Participant },
    problems: onParticipant,
  },
  getQuality: {
    method: 'get',
    path: '/api/v1/rooms/{room}/participants/{participant}/quality',
    tag: 'participants',
    summary: 'How well the sound and pictures of a participant get through, and the reports of its client',
    description:
      'Clients of the room protocol report with reportQuality. The server keeps the last 60 reports in memory: they begin anew when it is restarted, or when another node takes the room over.',
    params: ofParticipant,
    access: 'roomAdmin',
    responses: { 200: components.Quality },
    problems: onParticipant,
  },
  updateParticipant: {
    method: 'patch',
    path: '/api/v1/rooms/{room}/participants/{participant}',
    tag: 'participants',
    summary: 'Mutes a participant, changes what it may do or is shown as, or lowers its hand',
    description:
      'muted: true cuts the kind at the media server, of all streams or of one, for every later publication too; false takes the cut away, and the participant decides again. Absent grants stay as they are. An attribute with an empty value goes.',
    params: ofParticipant,
    body: components.ParticipantChanges,
    access: 'roomAdmin',
    responses: { 200: components.Participant },
    problems: [...onParticipant, 'forbidden', 'conflict', 'media-failed'],
  },
  evictParticipant: {
    method: 'delete',
    path: '/api/v1/rooms/{room}/participants/{participant}',
    tag: 'participants',
    summary: 'Evicts a participant',
    description:
      'The others are told participantLeft, then the evicted one participantEvicted, which may not be back for EVICTION_MS.',
    params: z.object({
      room: roomName,
      participant: participantId,
      reason,
      banMs: queryNumber
        .optional()
        .meta({ description: 'How long it is banned, in ms; -1: as long as the room lives. Default: 0' }),
      revoke: z
        .enum(['true', 'false'])
        .optional()
        .meta({ description: 'true: tokens of its identity for this room that are valid now are refused from now on' }),
    }),
    access: 'roomAdmin',
    responses: { 204: nothing },
    problems: onParticipant,
  },
  unpublish: {
    method: 'delete',
    path: '/api/v1/rooms/{room}/participants/{participant}/publications/{stream}',
    tag: 'participants',
    summary: 'Ends a publication. The participant may publish again, unless its grants are changed',
    params: z.object({
      room: roomName,
      participant: participantId,
      stream: z.string().min(1).meta({ description: 'The id of the stream, as webcam or screen' }),
    }),
    access: 'roomAdmin',
    responses: { 204: nothing },
    problems: [...onParticipant, 'conflict'],
  },
  sendMessage: {
    method: 'post',
    path: '/api/v1/rooms/{room}/messages',
    tag: 'rooms',
    summary: 'Says a text in a room that comes from nobody in it, or sends data to programs',
    description:
      'A text is shown in the chat of protocols that have texts from elsewhere. Data goes to clients of the room protocol with the feature `streams`. Nothing is kept.',
    params: inRoom,
    body: components.NewMessage,
    access: 'roomAdmin',
    responses: { 204: nothing },
    problems: onParticipant,
  },
  listWaiting: {
    method: 'get',
    path: '/api/v1/rooms/{room}/waiting',
    tag: 'moderation',
    summary: 'Those who wait to be let in',
    params: inRoom,
    access: 'roomAdmin',
    responses: { 200: z.array(components.Waiting) },
    problems: onRoom,
  },
  admit: {
    method: 'post',
    path: '/api/v1/rooms/{room}/waiting/{id}/admit',
    tag: 'moderation',
    summary: 'Lets somebody in who waits: they may join within a minute',
    params: z.object({ room: roomName, id: z.string().min(1) }),
    access: 'roomAdmin',
    responses: { 204: nothing },
    problems: [...onRoom, 'nobody-waits'],
  },
  deny: {
    method: 'post',
    path: '/api/v1/rooms/{room}/waiting/{id}/deny',
    tag: 'moderation',
    summary: 'Does not let somebody in who waits. They may ask again after a minute',
    params: z.object({ room: roomName, id: z.string().min(1), reason }),
    access: 'roomAdmin',
    responses: { 204: nothing },
    problems: [...onRoom, 'nobody-waits'],
  },
  listBans: {
    method: 'get',
    path: '/api/v1/rooms/{room}/bans',
    tag: 'moderation',
    summary: 'Those who are banned from a room',
    params: inRoom,
    access: 'roomAdmin',
    responses: { 200: z.array(components.Ban) },
    problems: onRoom,
  },
  ban: {
    method: 'post',
    path: '/api/v1/rooms/{room}/bans',
    tag: 'moderation',
    summary: 'Bans everybody who fits all members that are given. Those who are in the room stay',
    params: inRoom,
    body: components.NewBan,
    access: 'roomAdmin',
    responses: { 201: components.Ban },
    problems: onRoom,
  },
  liftBan: {
    method: 'delete',
    path: '/api/v1/rooms/{room}/bans/{ban}',
    tag: 'moderation',
    summary: 'Lifts a ban',
    params: z.object({ room: roomName, ban: z.string().min(1) }),
    access: 'roomAdmin',
    responses: { 204: nothing },
    problems: [...onRoom, 'ban-not-found'],
  },
  ...recordingOperations,
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
    description:
      'TURN servers are told to bearers of a token with roomJoin, and of the admin token; others get the STUN servers. A client of the room protocol asks joinRoom for them (feature `ice`), and an EasyRTC client has them in its iceConfig: these need no token.',
    params: none,
    access: 'admin-sees-more',
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
  getReadiness: {
    method: 'get',
    path: '/readyz',
    tag: 'server',
    summary: '200 while clients should be sent to this server, 503 with the reasons while they should not',
    description: 'Ask it for traffic, and /healthz or the port for life.',
    params: none,
    access: 'everybody',
    responses: { 200: components.Ready, 503: components.NotReady },
    problems: [],
  },
  beginDrain: {
    method: 'post',
    path: '/api/v1/drain',
    tag: 'server',
    summary: 'The server ends once nobody is in a room any more, or after a while',
    description:
      'Until then /readyz answers 503, and no new rooms are opened; people still come into those that are there. Clients with the feature `lifecycle` are told (docs/restarts.md). Asked again, it goes by the new wish. At ADMIN_PORT it needs no token.',
    params: none,
    body: components.DrainWish,
    bodyIsOptional: true,
    access: 'admin',
    responses: { 202: components.Drain },
    problems: [],
  },
  takeDrainBack: {
    method: 'delete',
    path: '/api/v1/drain',
    tag: 'server',
    summary: 'The server does not end, after all',
    description: 'It is too late once nobody is in a room any more, or the time is over.',
    params: none,
    access: 'admin',
    responses: { 204: nothing },
    problems: ['conflict'],
  },
  reload: {
    method: 'post',
    path: '/api/v1/reload',
    tag: 'server',
    summary: 'The server reads its configuration anew, as at SIGHUP',
    description:
      'All of it is read before anything changes. Options that cannot change while a server runs stay as they are, and are named. At ADMIN_PORT it needs no token.',
    params: none,
    access: 'admin',
    responses: { 200: components.Reloaded },
    problems: ['conflict', 'wrong-configuration'],
  },
  debugServer: {
    method: 'get',
    path: '/api/v1/debug',
    tag: 'server',
    summary: 'What the server knows of itself, for its operator. No secrets are in it',
    description:
      'Addresses are cut to /24 and /48. What it holds may change with each version. At ADMIN_PORT it needs no token. `atrium debug collect` puts it into a file, with all rooms.',
    params: none,
    access: 'admin',
    responses: { 200: components.ServerDebug },
    problems: [],
  },
  probeUdp: {
    method: 'post',
    path: '/api/v1/udp-probes',
    tag: 'server',
    summary: 'Sends a few datagrams to another server, which learns whether its media ports are open',
    description:
      'For `atrium doctor --from URL` of that server. Little is sent, so that nobody can be flooded: see `UdpProbe`. Six requests a minute are served, one at a time.',
    params: none,
    body: components.UdpProbe,
    access: 'admin',
    responses: { 200: components.UdpProbed },
    problems: [],
  },
  getSeenAs: {
    method: 'get',
    path: '/api/v1/seen-as',
    tag: 'server',
    summary: 'What the server takes the client for that asks: its address, and whether a proxy has named it',
    params: none,
    access: 'everybody',
    responses: { 200: components.SeenAs },
    problems: [],
  },
  debugRoom: {
    method: 'get',
    path: '/api/v1/debug/rooms/{room}',
    tag: 'server',
    summary: 'Everything that the server knows of a room, for its operator. No secrets are in it',
    description:
      'Addresses are cut to /24 and /48, and sessions are hashed. What it holds may change with each version. At ADMIN_PORT it needs no token, unless another node has the room: that one asks for ADMIN_TOKEN.',
    params: inRoom,
    access: 'admin',
    responses: { 200: components.DebugState },
    problems: onRoom,
  },
  getCluster: {
    method: 'get',
    path: '/api/v1/cluster',
    tag: 'server',
    summary: 'The nodes of the cluster that this server is one of (REDIS_URL)',
    description: 'What a node says of itself is up to 2 s old.',
    params: none,
    access: 'admin',
    responses: { 200: components.Cluster },
    problems: ['not-found'],
  },
  moveRoom: {
    method: 'post',
    path: '/api/v1/cluster/rooms/{room}/move',
    tag: 'server',
    summary: 'Moves a room to another node of the cluster. Everything in it goes on, and nobody in it is told',
    description:
      '`node` is the id or the name of a node; without it the server chooses one. What is being asked for in the room may take up to 5 s before, and is asked for again at the new node then. Rooms with clients that cannot go on at another node stay.',
    params: inRoom,
    body: z.object({ node: z.string().min(1).max(100).optional() }),
    access: 'admin',
    node: 'any',
    responses: { 200: z.object({ node: z.string().meta({ description: 'The id of the node that owns the room' }) }) },
    problems: ['not-found', 'room-not-found', 'conflict', 'room-unreachable'],
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
    problems: ['forbidden', 'room-unreachable'],
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
    problems: onRoom,
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
type Responses<O extends OperationName> = (typeof operations)[O]['responses'];

/** The parameters of an operation, checked. */
export type Input<O extends OperationName> = z.output<(typeof operations)[O]['params']>;
type BodyOf<O> = O extends { readonly body: infer Schema extends z.ZodType } ? z.output<Schema> : undefined;
/** The body of a request, checked. */
export type Body<O extends OperationName> = BodyOf<(typeof operations)[O]>;
/** What a handler is told of the client. */
export interface Asking {
  /** It may see all that the answer can hold. False where `access` is `everybody`: the token is not looked at then. */
  readonly isAdmin: boolean;
  readonly caller: Caller;
  /** Where the client reaches this server, as https://host/prefix, without a slash at the end. */
  readonly base: () => string;
  /** What the server takes the client for. */
  readonly seenAs: () => Component<'SeenAs'>;
}
/** What its handler returns. */
export type Answer<O extends OperationName> = {
  [S in keyof Responses<O>]: {
    readonly status: S;
    readonly body: Responses<O>[S] extends z.ZodType ? z.output<Responses<O>[S]> : never;
  };
}[keyof Responses<O>];
export type Handlers<N extends OperationName> = {
  readonly [O in N]: (input: Input<O>, asking: Asking, body: Body<O>) => Answer<O> | Promise<Answer<O>>;
};

/**
 * Where else an operation on a room is served: names with a slash stand in the query there, since proxies decode or refuse a %2F in a path.
 */
export function queryPathOf(path: string): string | undefined {
  const byQuery = path
    .replace('/rooms/{room}/participants/{participant}', '/participant')
    .replace('/rooms/{room}', '/room');
  return byQuery === path ? undefined : byQuery;
}
