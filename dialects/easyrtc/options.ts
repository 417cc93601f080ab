import { z } from 'zod';
import { count, flag, group, json, list, milliseconds, option, pattern } from '../../options/option.js';
import type { Output } from '../../options/option.js';

const name = z.string().min(1);
const values = json(z.record(z.string(), z.unknown(), 'must be an object of names and values'));
const forAll = 'An object of names and values that clients are told with';

/** The EasyRTC protocol (EasyRTC §12). */
export const easyrtcOptions = group('easyrtc', {
  enabled: flag(true, 'Whether EasyRTC clients are served.'),
  defaultApplication: option(
    name,
    'default',
    'name',
    'The application of clients that name none; its rooms are called in other protocols as they are here.',
  ),
  applicationAutoCreate: flag(true, 'Whether clients may name any application.'),
  applications: option(
    list(z.string()),
    [],
    'names',
    'The applications there are besides the default one when clients may not name any.',
  ),
  applicationFields: option(values, {}, 'JSON', `${forAll} the application.`),
  roomFields: option(values, {}, 'JSON', `${forAll} each room.`),
  connectionFields: option(values, {}, 'JSON', `${forAll} their own connection.`),
  defaultRoomEnabled: flag(true, 'Whether clients that name no room when they come are put into the default room.'),
  defaultRoom: option(name, 'default', 'name', 'The room of EasyRTC clients that name none.'),
  roomAutoCreate: flag(true, 'Whether EasyRTC clients open rooms by joining them.'),
  roomMaxConnections: option(
    count.min(0),
    100,
    'participants',
    'How many may be in a room that an EasyRTC client wants to join. 0: any number.',
  ),
  chatType: option(
    z.string(),
    'message',
    'msgType',
    'Messages of this type whose data is a string are texts for people, told to participants of other protocols too.',
  ),
  turnSecret: option(
    z.string(),
    '',
    'secret',
    'Shared with a TURN server (static-auth-secret of coturn): EasyRTC clients get credentials that expire. Empty: those in ICE_SERVERS.',
  ),
  turnSeconds: option(count.min(60), 86_400, 's', 'How long such credentials are good for.'),
  files: option(
    z.string(),
    '',
    'folder',
    'Served at /easyrtc, for pages that load easyrtc.js from this server. Empty: nothing is.',
  ),
  maxPacketBytes: option(
    count.min(1_000),
    1_000_000,
    'bytes',
    'The longest packet an EasyRTC client may send; a longer one ends its connection.',
  ),
  hookTimeoutMs: option(milliseconds, 10_000, 'ms', 'How long a hook of an embedding program may take.'),
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
    'How many EasyRTC clients may connect from one address. 0: any number.',
  ),
  maxRooms: option(count.min(0), 0, 'rooms', 'How many rooms one EasyRTC client may be in. 0: any number.'),
  maxMessagesPerSecond: option(
    count.min(0),
    0,
    'messages',
    'How many messages a second one EasyRTC client may send, and as many at once. 0: any number.',
  ),
  apiVersionPattern: option(pattern('i'), '^[a-z0-9_.+-]{1,32}$', 'pattern', 'What apiVersion must match.'),
  applicationPattern: option(pattern('i'), '^[a-z0-9_.-]{1,32}$', 'pattern', 'What names of applications match.'),
  idPattern: option(pattern('i'), '^[a-z0-9_.-]{1,32}$', 'pattern', 'What an easyrtcid as a target matches.'),
  sessionPattern: option(pattern('i'), '^[a-z0-9_.%-]{1,100}$', 'pattern', 'What an easyrtcsid matches.'),
  roomPattern: option(
    pattern('i'),
    '^[a-z0-9_.-]{1,32}$',
    'pattern',
    'What names of rooms match; rooms whose names do not are hidden from EasyRTC clients.',
  ),
  groupPattern: option(pattern('i'), '^[a-z0-9_.-]{1,32}$', 'pattern', 'What names of groups match.'),
  usernamePattern: option(pattern('i'), '^(.){1,64}$', 'pattern', 'What a username matches.'),
  presenceShowPattern: option(pattern('i'), '^(away|chat|dnd|xa)$', 'pattern', 'What presence.show matches.'),
  presenceStatusPattern: option(pattern('i'), '^(.){0,255}$', 'pattern', 'What presence.status matches.'),
});

export type EasyRtcSettings = Output<typeof easyrtcOptions>;
/** Values that the server sets and clients read, by name. */
export type FieldValues = Readonly<EasyRtcSettings['roomFields']>;
