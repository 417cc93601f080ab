import { z } from 'zod';
import { count, flag, group, json, list, milliseconds, option, pattern } from '../../options/option.js';
import type { Output } from '../../options/option.js';

const name = z.string().min(1);
const values = json(z.record(z.string(), z.unknown(), 'must be an object of names and values'));
const forAll = 'An object of names and values that clients are told with';

/** The EasyRTC protocol (docs/protocols/easyrtc.md#12-options). */
export const easyrtcOptions = group('easyrtc', {
  enabled: flag(true, 'Whether EasyRTC clients are served.'),
  defaultApplication: option(
    name,
    'default',
    'name',
    'The application of clients that name none. Other protocols see its rooms under the same names.',
  ),
  applicationAutoCreate: flag(true, 'Whether clients may name any application.'),
  applications: option(
    list(z.string()),
    [],
    'names',
    'The applications besides the default one, for when clients may not name any application.',
  ),
  applicationFields: option(values, {}, 'JSON', `${forAll} the application.`),
  roomFields: option(values, {}, 'JSON', `${forAll} each room.`),
  connectionFields: option(values, {}, 'JSON', `${forAll} their own connection.`),
  defaultRoomEnabled: flag(true, 'Whether clients that name no room when they connect are put into the default room.'),
  defaultRoom: option(name, 'default', 'name', 'The room of EasyRTC clients that name none.'),
  roomAutoCreate: flag(true, 'Whether EasyRTC clients open rooms by joining them.'),
  roomMaxConnections: option(
    count.min(0),
    100,
    'participants',
    'An EasyRTC client may not join a room with so many participants. 0: any number.',
  ),
  chatType: option(
    z.string(),
    'message',
    'msgType',
    'A message of this type whose data is a string is a text for people. Participants of other protocols get it too.',
  ),
  turnSecret: option(z.string(), '', 'secret', 'As turnSecret, for EasyRTC clients alone. Empty: turnSecret.', {
    secret: true,
    reloads: true,
  }),
  turnSeconds: option(
    count.min(0).refine((seconds) => seconds === 0 || seconds >= 60, 'must be 0, or 60 and more'),
    0,
    's',
    'How long credentials of EasyRTC clients are valid. 0: as turnTtlS says.',
  ),
  files: option(
    z.string(),
    '',
    'folder',
    'The files that are served at /easyrtc, for pages that load easyrtc.js from this server. Empty: none.',
  ),
  maxPacketBytes: option(
    count.min(1_000),
    1_000_000,
    'bytes',
    'The longest packet that an EasyRTC client may send. A longer one ends its connection.',
  ),
  hookTimeoutMs: option(milliseconds, 10_000, 'ms', 'How long a hook of a program that embeds the server may take.'),
  loginTimeoutMs: option(
    count.min(0).max(86_400_000),
    0,
    'ms',
    'How long a client has from its first message to its authentication. 0: any time.',
  ),
  maxConnectionsPerAddress: option(
    count.min(0),
    0,
    'connections',
    'How many EasyRTC clients may connect from one address. Of IPv6 a network of 64 bits counts as one. 0: any number.',
  ),
  maxRooms: option(count.min(0), 0, 'rooms', 'How many rooms one EasyRTC client may be in. 0: any number.'),
  maxMessagesPerSecond: option(
    count.min(0),
    0,
    'messages',
    'How many messages one EasyRTC client may send in a second. 0: any number.',
  ),
  apiVersionPattern: option(pattern('i'), '^[a-z0-9_.+-]{1,32}$', 'pattern', 'What apiVersion must match.'),
  applicationPattern: option(
    pattern('i'),
    '^[a-z0-9_.-]{1,32}$',
    'pattern',
    'What the name of an application must match.',
  ),
  idPattern: option(
    pattern('i'),
    '^[a-z0-9_.-]{1,32}$',
    'pattern',
    'What an easyrtcid must match that a message is for.',
  ),
  sessionPattern: option(pattern('i'), '^[a-z0-9_.%-]{1,100}$', 'pattern', 'What an easyrtcsid must match.'),
  roomPattern: option(
    pattern('i'),
    '^[a-z0-9_.-]{1,32}$',
    'pattern',
    'What the name of a room must match. Other rooms are hidden from EasyRTC clients.',
  ),
  groupPattern: option(pattern('i'), '^[a-z0-9_.-]{1,32}$', 'pattern', 'What the name of a group must match.'),
  usernamePattern: option(pattern('i'), '^(.){1,64}$', 'pattern', 'What a username must match.'),
  presenceShowPattern: option(pattern('i'), '^(away|chat|dnd|xa)$', 'pattern', 'What presence.show must match.'),
  presenceStatusPattern: option(pattern('i'), '^(.){0,255}$', 'pattern', 'What presence.status must match.'),
});

export type EasyRtcSettings = Output<typeof easyrtcOptions>;
/** Values that the server sets and clients read, by name. */
export type FieldValues = Readonly<EasyRtcSettings['roomFields']>;
