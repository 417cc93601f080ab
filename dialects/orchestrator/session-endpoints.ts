import { isShowable } from '../../rooms/index.js';
import { keepPayer } from '../../transport/gate/account.js';
import { command, userOf } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { Refusal } from './errors.js';
import { commands } from './messages.js';
import type { SessionObject } from './messages.js';

/** Requests that make, end, enter and leave sessions (docs/protocols/orchestrator.md#7-endpoints). */
export const sessionEndpoints: readonly Endpoint[] = [
  command(['ADD_SESSION', 'AddSession'], commands.newSession, 404, async (context, link, fields, succeed) => {
    const { attendance, sessions, settings, log } = context;
    const user = userOf(link);
    const { sessionDescription: description, sessionProtocol, scenarioDefinition } = fields;
    const name = fields.sessionName?.trim().normalize() ?? '';
    const protocol = sessionProtocol === undefined || sessionProtocol === '' ? 'unknown' : sessionProtocol;
    const { scenarioId } = scenarioDefinition;
    const names = [name, protocol, scenarioId ?? ''];
    if (name === '' || names.some((each) => !isShowable(each))) throw new Refusal(404);
    if ((description ?? '').length > settings.maxText) throw new Refusal(404);
    const by = attendance.attributesOf(user);
    const goOn = keepPayer();
    const session = await sessions.make({ name, description, protocol, scenarioId }, user, by, link.host);
    try {
      await goOn(() =>
        attendance.enter(user, session, () => {
          succeed(attendance.describe(session));
        }),
      );
    } catch (error) {
      sessions.forget(session, user);
      throw error;
    }
    log.info('session made', { session: session.id, name, protocol, user: user.id, address: link.address });
  }),

  command(['DELETE_SESSION', 'DeleteSession'], commands.session, 503, (context, link, { sessionId = '' }) => {
    const { sessions, log } = context;
    const user = userOf(link);
    const session = sessions.find(sessionId);
    if (!session) throw new Refusal(503);
    if (!user.administered.has(session)) throw new Refusal(501);
    if (session.room.size > 0) throw new Refusal(504);
    sessions.forget(session, user);
    log.info('session deleted', { session: session.id, user: user.id, address: link.address });
    return {};
  }),

  command(
    ['GET_SESSIONS', 'GetSessions'],
    commands.nothing,
    800,
    ({ sessions, attendance, roomList }, link, _fields, succeed) => {
      const user = userOf(link);
      const listed: Record<string, SessionObject> = {};
      const own = user.participant?.closed === false ? [attendance.sessionOf(user.participant)] : [];
      // Only a list of all rooms needs a look at all rooms.
      const named = sessions.named(user.bearer.room);
      const known = roomList === 'public' ? sessions : new Set([...sessions.made, ...own, ...(named ? [named] : [])]);
      for (const session of known) {
        // A user that is not in a session is told of it, but not who is there.
        if (attendance.isAtHome(user, session)) listed[session.id] = attendance.describe(session);
        else if (!user.bearer.grantsIn(session.room.name).roomJoin) continue;
        // A client whose token names a room knows of it.
        else if (roomList !== 'off' || session === named) listed[session.id] = attendance.describeToStranger(session);
      }
      if (!sessions.areElsewhere) return { body: listed };
      const goOn = keepPayer();
      return sessions.elsewhere().then((others) => {
        for (const session of others) {
          const isKnown = roomList === 'public' || sessions.isNamed(session, user.bearer.room);
          if (!isKnown || !user.bearer.grantsIn(session.key).roomJoin) continue;
          listed[session.id] = attendance.describeElsewhere(session);
        }
        goOn(() => {
          succeed(listed);
        });
      });
    },
  ),

  command(['GET_SESSION_INFO', 'GetSessionInfo'], commands.nothing, 700, ({ attendance }, link) => {
    const { participant, administered } = userOf(link);
    if (participant) return { body: attendance.describe(attendance.sessionOf(participant)) };
    const session = [...administered].find(({ room }) => !room.closed);
    if (!session) throw new Refusal(700, 'You are in no session');
    return { body: attendance.describe(session) };
  }),

  command(
    ['JOIN_SESSION', 'JoinSession'],
    commands.session,
    503,
    async (context, link, { sessionId = '' }, succeed) => {
      const { sessions, attendance } = context;
      const user = userOf(link);
      const goOn = keepPayer();
      const session = sessions.find(sessionId) ?? (await sessions.findElsewhere(sessionId));
      if (!session) throw new Refusal(503);
      const room = 'room' in session ? session.room : session.key;
      if (user.participant) throw new Refusal(user.participant.room === room ? 603 : 602);
      await goOn(() =>
        attendance.enter(user, { room }, () => {
          if (user.participant) succeed(attendance.describe(attendance.sessionOf(user.participant)));
        }),
      );
    },
  ),

  command(['LEAVE_SESSION', 'LeaveSession'], commands.nothing, 800, ({ attendance }, link) => {
    const user = userOf(link);
    if (!user.participant && !user.leftBehind) throw new Refusal(800);
    // Only for this request the answer precedes the events it causes (docs/protocols/orchestrator.md#6-rules, order).
    return {
      afterwards: () => {
        attendance.exit(user);
      },
    };
  }),
];
