import { z } from 'zod';
import { ProtocolError, invalidParams } from '../../session-layer/errors.js';
import { invalidToken } from '../errors.js';
import type { OvSession } from '../model/ov-session.js';
import { presentSchema } from '../notifications.js';
import type { OpenviduSettings } from '../options.js';
import { isTold } from '../recordings/ov-recordings.js';
import { sessionRequest } from '../request-type.js';
import { shownPresent } from '../shown.js';
import { iceServersOf, oldTurnServerOf } from '../told-ice-servers.js';

/** The last of its line: what the library checks its own version against. */
const ourVersion = '2.32.2';

const iceServer = z.object({
  url: z.string(),
  username: z.string().optional(),
  credential: z.string().optional(),
});

export const joinRoom = sessionRequest({
  name: 'joinRoom',
  params: z.object({
    token: z.string().meta({ description: 'The address that the back end was given, or its parameter `token` alone' }),
    session: z.string(),
    platform: z.string().max(1_000).nullish(),
    metadata: z.string().nullish().meta({ description: 'What others read of the connection, before its server data' }),
    sdkVersion: z.string().nullish(),
  }),
  result: z.object({
    id: z.string(),
    finalUserId: z.string(),
    createdAt: z.number(),
    metadata: z.string(),
    value: z.array(presentSchema),
    session: z.string(),
    version: z.string(),
    mediaServer: z.literal('kurento').meta({ description: 'It decides who makes the offers: pages' }),
    videoSimulcast: z.literal(false),
    record: z.boolean(),
    role: z.string(),
    customIceServers: z.array(iceServer).optional(),
    coturnIp: z.string().optional().meta({ description: 'This and what follows is for libraries before 2.23' }),
    coturnPort: z.number().optional(),
    turnUsername: z.string().optional(),
    turnCredential: z.string().optional(),
    recordingId: z.string().optional(),
    recordingName: z.string().optional(),
  }),
  summary: 'Takes a connection that the back end has made, by its token.',
  description:
    'The token is used up by a join that succeeds. `value` has all others, with their streams; who comes later is announced. `secret`, `recorder` and `stt` are ignored.',
  example: {
    params: { token: 'wss://media.example?sessionId=daily&token=tok_A1', session: 'daily', metadata: '' },
    result: {
      ...{ id: 'con_Fq3kT8vWzA', finalUserId: 'T8', createdAt: 1_790_000_000_000, metadata: '', value: [] },
      ...{ session: 'daily', version: ourVersion, mediaServer: 'kurento', videoSimulcast: false },
      ...{ record: true, role: 'PUBLISHER' },
    },
  },
  errors: [
    { reason: 202, when: 'There is no session of that id.' },
    { reason: 401, when: 'The token is unknown, used, or of another session.' },
    { reason: 203, when: 'The session is being closed.' },
    { reason: 104, when: 'The page has joined already.' },
    { reason: 'room-refused', when: 'There is no place for it.' },
    { reason: invalidParams, when: '`metadata` has more than OPENVIDU_MAX_DATA_LENGTH characters.' },
  ],
  answeredFirst: true,
  handle: async ({ session, ov, settings, ice }, { token, session: id, platform, metadata: given, sdkVersion }) => {
    const metadata = given ?? '';
    if (metadata.length > settings.maxDataLength) {
      throw new ProtocolError(
        invalidParams,
        `joinRoom: "metadata" must not have more than ${settings.maxDataLength} characters`,
      );
    }
    const ovSession = ov.find(id);
    if (!ovSession) throw new ProtocolError(202, `Unable to join session. Session ${id} cannot be found`);
    const connection = ovSession.connectionByToken(token);
    if (!connection) throw invalidToken(id, token);
    if (ovSession.closing !== undefined) throw new ProtocolError(203, `Session ${id} is being closed`);
    if (session.isIn) throw new ProtocolError(104, 'You have joined already');
    const wish = { session: ovSession, connection, token, metadata, platform: platform ?? '' };
    const value: z.output<typeof presentSchema>[] = [];
    const participant = await session.join(wish, () => {
      for (const other of ovSession.active) if (other !== connection) value.push(shownPresent(other));
    });
    const servers = iceServersOf(connection, settings, ice.of(participant));
    const { activity } = connection;
    return {
      answer: {
        id: connection.id,
        finalUserId: activity?.finalUserId ?? '',
        createdAt: activity?.activeAt ?? connection.createdAt,
        metadata: connection.metadata,
        value,
        session: ovSession.id,
        version: sdkVersion != null && /^2\.\d+\.\d+$/.test(sdkVersion) ? sdkVersion : ourVersion,
        mediaServer: 'kurento' as const,
        videoSimulcast: false as const,
        record: connection.isRecorded,
        role: connection.role,
        ...(servers.length > 0 && { customIceServers: [...servers] }),
        ...oldTurnServerOf(servers),
        ...recordingFor(connection.role, ovSession, settings),
      },
    };
  },
});

/** Both or neither: the session is recorded, and members of that role are to know. */
function recordingFor(role: string, { recording }: OvSession, settings: OpenviduSettings) {
  return recording && isTold(role, settings) ? { recordingId: recording.id, recordingName: recording.name } : {};
}
