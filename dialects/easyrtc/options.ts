import { z } from 'zod';
import type { Option } from '../../options/option.js';
import { count, isPattern, list, milliseconds, option, truthOr } from '../../options/option.js';

const pattern = (initial: string) => z.string().refine(isPattern, 'must be a regular expression').default(initial);
const name = (initial: string) => z.string().min(1).default(initial);
/** An object in the file, its JSON text in a variable or flag. */
const values = z.preprocess(
  (value) => (typeof value === 'string' ? parsed(value) : value),
  z.record(z.string(), z.unknown(), 'must be an object of names and values').default({}),
);
const forAll = 'An object of names and values that clients are told with';

/** The EasyRTC protocol. */
export const easyrtcOptions = {
  easyrtcEnabled: option(truthOr(true), 'true or false', 'Whether EasyRTC clients are served.'),
  easyrtcDefaultApplication: option(
    name('default'),
    'name',
    'The application of clients that name none; its rooms are called in other protocols as they are here.',
  ),
  easyrtcApplicationAutoCreate: option(truthOr(true), 'true or false', 'Whether clients may name any application.'),
  easyrtcApplications: option(
    list(z.string()).default([]),
    'names',
    'The applications there are besides the default one when clients may not name any.',
  ),
  easyrtcApplicationFields: option(values, 'JSON', `${forAll} the application.`),
  easyrtcRoomFields: option(values, 'JSON', `${forAll} each room.`),
  easyrtcConnectionFields: option(values, 'JSON', `${forAll} their own connection.`),
  easyrtcDefaultRoomEnabled: option(
    truthOr(true),
    'true or false',
    'Whether clients that name no room when they come are put into the default room.',
  ),
  easyrtcDefaultRoom: option(name('default'), 'name', 'The room of EasyRTC clients that name none.'),
  easyrtcRoomAutoCreate: option(truthOr(true), 'true or false', 'Whether EasyRTC clients open rooms by joining them.'),
  easyrtcRoomMaxConnections: option(
    count.min(0).default(100),
    'participants',
    'How many may be in a room that an EasyRTC client wants to join. 0: any number.',
  ),
  easyrtcChatType: option(
    z.string().default('message'),
    'msgType',
    'Messages of this type whose data is a string are texts for people, told to participants of other protocols too.',
  ),
  easyrtcTurnSecret: option(
    z.string().default(''),
    'secret',
    'Shared with a TURN server (static-auth-secret of coturn): EasyRTC clients get credentials that expire. Empty: those in ICE_SERVERS.',
  ),
  easyrtcTurnSeconds: option(count.min(60).default(86_400), 's', 'How long such credentials are good for.'),
  easyrtcFiles: option(
    z.string().default(''),
    'folder',
    'Served at /easyrtc, for pages that load easyrtc.js from this server. Empty: nothing is.',
  ),
  easyrtcMaxPacketBytes: option(
    count.min(1_000).default(1_000_000),
    'bytes',
    'The longest packet an EasyRTC client may send; a longer one ends its connection.',
  ),
  easyrtcHookTimeoutMs: option(milliseconds.default(10_000), 'ms', 'How long a hook of an embedding program may take.'),
  easyrtcLoginTimeoutMs: option(
    count.min(0).max(86_400_000).default(0),
    'ms',
    'How long a client has from its first message to its authentication. 0: any time.',
  ),
  easyrtcMaxConnectionsPerAddress: option(
    count.min(0).default(0),
    'connections',
    'How many EasyRTC clients may connect from one address. 0: any number.',
  ),
  easyrtcMaxRooms: option(
    count.min(0).default(0),
    'rooms',
    'How many rooms one EasyRTC client may be in. 0: any number.',
  ),
  easyrtcMaxMessagesPerSecond: option(
    count.min(0).default(0),
    'messages',
    'How many messages a second one EasyRTC client may send, and as many at once. 0: any number.',
  ),
  easyrtcApiVersionPattern: option(pattern('^[a-z0-9_.+-]{1,32}$'), 'pattern', 'What apiVersion must match.'),
  easyrtcApplicationPattern: option(pattern('^[a-z0-9_.-]{1,32}$'), 'pattern', 'What names of applications match.'),
  easyrtcIdPattern: option(pattern('^[a-z0-9_.-]{1,32}$'), 'pattern', 'What an easyrtcid as a target matches.'),
  easyrtcSessionPattern: option(pattern('^[a-z0-9_.%-]{1,100}$'), 'pattern', 'What an easyrtcsid matches.'),
  easyrtcRoomPattern: option(
    pattern('^[a-z0-9_.-]{1,32}$'),
    'pattern',
    'What names of rooms match; rooms whose names do not are hidden from EasyRTC clients.',
  ),
  easyrtcGroupPattern: option(pattern('^[a-z0-9_.-]{1,32}$'), 'pattern', 'What names of groups match.'),
  easyrtcUsernamePattern: option(pattern('^(.){1,64}$'), 'pattern', 'What a username matches.'),
  easyrtcPresenceShowPattern: option(pattern('^(away|chat|dnd|xa)$'), 'pattern', 'What presence.show matches.'),
  easyrtcPresenceStatusPattern: option(pattern('^(.){0,255}$'), 'pattern', 'What presence.status matches.'),
} as const satisfies Record<string, Option>;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
