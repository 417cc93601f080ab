import type { AnyMessage, Message, MessageType, PartialMessage } from '@bufbuild/protobuf';
import type * as protocol from '@livekit/protocol';
import type { z } from 'zod';
import { read } from '../../options/faults.js';
import type { Participant, Rooms } from '../../rooms/index.js';
import type { Caller, NeededGrant } from '../callers.js';
import type { AllRooms } from '../all-rooms.js';
import type { Asking, Handlers } from '../operations.js';
import { listedRoomOf } from '../listed-room.js';
import type { RoomList } from '../room-list.js';
import { participantIn, roomNamed } from '../rooms.js';
import type { RoomOperation } from '../rooms.js';
import { components } from '../schemas.js';
import type { Codec } from './codec.js';
import { Messages } from './messages.js';
import { Nonces } from './nonces.js';
import { messageOf, recipientsOf } from './sent-data.js';
import { trackIn, trackOf } from './tracks.js';
import { TwirpError } from './twirp-error.js';

type Protocol = typeof protocol;

/** What the methods need of the rest of REST. Each of them is thin over an operation there, so both refuse the same. */
export interface RoomServiceNeeds {
  readonly rooms: Rooms;
  readonly all: AllRooms;
  readonly roomList: RoomList;
  readonly operations: Handlers<RoomOperation>;
  /** In ms, from any beginning. */
  readonly now: () => number;
}

/** A method of LiveKit's RoomService. */
export interface Method {
  readonly grant: NeededGrant;
  /** @throws TwirpError `invalid_argument` */
  read(codec: Codec, body: Uint8Array): Call;
}

/** One request, read. */
interface Call {
  /** The room in which the caller needs the grant; empty for none. */
  readonly room: string;
  run(caller: Caller): Promise<AnyMessage>;
}

/** Methods of RoomService, and services, that LiveKit has and this server does not. */
export const missing = {
  methods: new Set(['ForwardParticipant', 'MoveParticipant', 'PerformRpc']),
  services: new Set([
    'Egress',
    'Ingress',
    'SIP',
    'AgentDispatchService',
    'AgentSimulation',
    'Connector',
    'PhoneNumberService',
  ]),
};

/** All methods by name. The names of the messages are those of LiveKit's livekit_room.proto. */
export function roomService(
  loaded: Protocol,
  { rooms, all, roomList, operations, now }: RoomServiceNeeds,
): Map<string, Method> {
  const messages = new Messages(loaded);
  const { Room: RoomMessage, ParticipantInfo } = loaded;
  const methods = new Map<string, Method>();
  /** A method about one room. */
  const add = <I extends Message<I> & { readonly room: string }, O extends Message<O>>(
    name: string,
    input: MessageType<I>,
    output: MessageType<O>,
    run: (request: I, caller: Caller) => PartialMessage<O> | Promise<PartialMessage<O>>,
    grant: NeededGrant = 'roomAdmin',
  ): void => {
    methods.set(
      name,
      method(input, output, grant, ({ room }) => required(room, 'room'), run),
    );
  };

  methods.set(
    'CreateRoom',
    method(
      loaded.CreateRoomRequest,
      RoomMessage,
      'roomCreate',
      ({ name }) => required(name, 'name'),
      async (request, caller) => {
        const { name, emptyTimeout, departureTimeout, maxParticipants, metadata } = request;
        // 0 and an empty text stand for what is not set.
        const body = checked(components.NewRoom, {
          name,
          ...(emptyTimeout !== 0 && { emptyTimeoutS: emptyTimeout }),
          ...(departureTimeout !== 0 && { departureTimeoutS: departureTimeout }),
          ...(maxParticipants !== 0 && { maxParticipants }),
          ...(metadata !== '' && { metadata }),
        });
        await operations.createRoom({}, asking(caller), body);
        return messages.room(listedRoomOf(roomNamed(rooms, name)));
      },
    ),
  );
  methods.set(
    'ListRooms',
    method(
      loaded.ListRoomsRequest,
      loaded.ListRoomsResponse,
      'roomList',
      () => '',
      async ({ names }) => {
        roomList.check(true);
        const found = await (names.length === 0 ? all.list() : all.named(names));
        return { rooms: found.map((room) => messages.room(room)) };
      },
    ),
  );
  add(
    'DeleteRoom',
    loaded.DeleteRoomRequest,
    loaded.DeleteRoomResponse,
    async ({ room }, caller) => {
      await operations.closeRoom({ room }, asking(caller), undefined);
      return {};
    },
    'roomCreate',
  );
  add('UpdateRoomMetadata', loaded.UpdateRoomMetadataRequest, RoomMessage, async ({ room, metadata }, caller) => {
    await operations.updateRoom({ room }, asking(caller), { metadata });
    return messages.room(listedRoomOf(roomNamed(rooms, room)));
  });
  add('ListParticipants', loaded.ListParticipantsRequest, loaded.ListParticipantsResponse, ({ room }) => ({
    participants: [...roomNamed(rooms, room).everybody].map((each) => messages.participant(each)),
  }));
  add('GetParticipant', loaded.RoomParticipantIdentity, ParticipantInfo, (request) =>
    messages.participant(participantOf(rooms, request)),
  );
  add('RemoveParticipant', loaded.RoomParticipantIdentity, loaded.RemoveParticipantResponse, (request, caller) => {
    const { room } = request;
    const target = participantOf(rooms, request);
    const before = Number(request.revokeTokenTs) * 1_000;
    roomNamed(rooms, room)
      .moderatedBy(caller)
      .evict(target, { revoke: before > 0 && before });
    return {};
  });
  add('MutePublishedTrack', loaded.MuteRoomTrackRequest, loaded.MuteRoomTrackResponse, async (request, caller) => {
    const { room, identity: participant, trackSid, muted } = request;
    const { publication, kind } = trackOf(participantOf(rooms, request), trackSid);
    await operations.updateParticipant({ room, participant }, asking(caller), {
      muted: { [kind]: muted },
      stream: publication.id,
    });
    return { track: messages.track(publication, kind) };
  });
  add('UpdateParticipant', loaded.UpdateParticipantRequest, ParticipantInfo, async (request, caller) => {
    const { room, identity: participant, permission, name, metadata, attributes } = request;
    const target = participantOf(rooms, request);
    if (permission) assertSeenAsBefore(target, permission);
    const body = checked(components.ParticipantChanges, {
      ...(permission && { grants: messages.grants(permission) }),
      ...(name !== '' && { name }),
      ...(metadata !== '' && { metadata }),
      ...(Object.keys(attributes).length > 0 && { attributes }),
    });
    await operations.updateParticipant({ room, participant }, asking(caller), body);
    return messages.participant(target);
  });
  add(
    'UpdateSubscriptions',
    loaded.UpdateSubscriptionsRequest,
    loaded.UpdateSubscriptionsResponse,
    async (request, caller) => {
      const { trackSids, participantTracks, subscribe } = request;
      const target = participantOf(rooms, request);
      const room = roomNamed(rooms, request.room);
      const sids = [...trackSids, ...participantTracks.flatMap((tracks) => tracks.trackSids)];
      if (sids.length === 0) throw new TwirpError('invalid_argument', 'track_sids is missing');
      // First what can be refused.
      const tracks = sids.map((sid) => trackIn(room, sid));
      const by = room.moderatedBy(caller);
      for (const { publication, kind } of tracks) {
        await by.cutSubscription(target, publication.publisher, [kind], !subscribe, publication.id);
      }
      return {};
    },
  );
  const nonces = new Nonces(now);
  add('SendData', loaded.SendDataRequest, loaded.SendDataResponse, async (request, caller) => {
    const { data, topic = '', nonce } = request;
    const room = roomNamed(rooms, request.room);
    if (nonces.has(room.sid, nonce)) return {};
    const to = recipientsOf(room, request);
    const body = checked(components.NewMessage, { ...messageOf(topic, data), to });
    await operations.sendMessage({ room: request.room }, asking(caller), body);
    nonces.add(room.sid, nonce);
    return {};
  });
  return methods;
}

function method<I extends Message<I>, O extends Message<O>>(
  input: MessageType<I>,
  output: MessageType<O>,
  grant: NeededGrant,
  roomOf: (request: I) => string,
  run: (request: I, caller: Caller) => PartialMessage<O> | Promise<PartialMessage<O>>,
): Method {
  return {
    grant,
    read: (codec, body) => {
      const request = codec.decode(input, body);
      return { room: roomOf(request), run: async (caller) => new output(await run(request, caller)) };
    },
  };
}

function asking(caller: Caller): Asking {
  // No answer here holds an address, of this server or of the client.
  const seenAs = () => ({ address: '', secure: false, proxy: 'none' }) as const;
  return { isAdmin: caller.isAdmin, caller, base: () => '', seenAs };
}

/** @throws TwirpError `invalid_argument` */
function required(value: string, name: string): string {
  if (value === '') throw new TwirpError('invalid_argument', `${name} is missing`);
  return value;
}

/** @throws TwirpError `invalid_argument` */
function checked<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const result = read(schema, given, 'the request');
  if (!result.success) throw new TwirpError('invalid_argument', result.faults);
  return result.data;
}

/** @throws TwirpError `invalid_argument`; Problem `room-not-found`, `participant-not-found` */
function participantOf(
  rooms: Rooms,
  { room, identity }: { readonly room: string; readonly identity: string },
): Participant {
  return participantIn(roomNamed(rooms, room), required(identity, 'identity'));
}

/** @throws TwirpError `failed_precondition` */
function assertSeenAsBefore({ grants }: Participant, { hidden }: protocol.ParticipantPermission): void {
  if (!hidden || grants.hidden) return;
  throw new TwirpError('failed_precondition', 'Whether a participant is hidden is decided when it joins');
}
