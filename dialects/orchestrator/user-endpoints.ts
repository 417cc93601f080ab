import { createHash, timingSafeEqual } from 'node:crypto';
import { isShowable } from '../../rooms/index.js';
import type { Link } from './link.js';
import type { Context } from './context.js';
import { command, userOf } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { Refusal } from './errors.js';
import { isPlain, parsed } from './json.js';
import { commands } from './messages.js';
import type { UserData } from './messages.js';
import type { User } from './user.js';

/**
 * Login, logout and the data of users (docs/protocols/orchestrator.md#6-rules, identity;
 * docs/protocols/orchestrator.md#7-endpoints).
 */
export const userEndpoints: readonly Endpoint[] = [
  command(['LOGIN', 'Login'], commands.login, 204, (context, link, { userName: given, userPassword, password }) => {
    const { settings, users, log } = context;
    if (given === undefined || given === '') throw new Refusal(204);
    if (!isShowable(given)) throw new Refusal(204, 'The user name is too long, or holds invisible characters');
    const userName = given.normalize();
    if (!isSame(userPassword ?? password ?? '', settings.password)) throw new Refusal(206);
    if (link.user?.name === userName) return { body: { userId: link.user.id } };
    if (users.findByName(userName)) throw new Refusal(205);
    logOut(context, link);
    const user = users.add(userName, link);
    link.user = user;
    log.info('logged in', { user: user.id, name: userName, address: link.address });
    return { body: { userId: user.id } };
  }),

  command(['LOGOUT', 'Logout'], commands.nothing, 204, (context, link) => {
    userOf(link);
    logOut(context, link);
    return {};
  }),

  command(['GET_USER_DATA', 'GetUserData'], commands.user, 1301, (context, link, { userId }) => {
    const self = userOf(link);
    if (userId === undefined || userId === null || userId === '') return { body: self.data };
    if (typeof userId !== 'string') throw new Refusal(1301);
    const user = context.users.find(userId);
    if (user) return { body: user.data };
    // A participant of another dialect has no data. Only users in the same room may know of it.
    if (self.participant && context.attendance.find(userId, self.participant.room)) return { body: {} };
    throw new Refusal(1301);
  }),

  command(
    ['UPDATE_USER_DATA', 'UpdateUserDataJson', 'UpdateUserData'],
    commands.userData,
    1700,
    (context, link, { userDataJson }) => {
      const user = userOf(link);
      const userData = merged(user, userDataJson, context.settings.maxUserData);
      if (user.participant) {
        context.attendance.announce(user.participant.room, 'SessionUpdated', {
          eventId: 'USER_DATA_UPDATED',
          eventData: { userId: user.id, userData },
        });
      }
      return { body: userData };
    },
  ),
];

/**
 * Logs the user of a link out, if there is one. In the order of docs/protocols/orchestrator.md#6-rules they leave their
 * session, then the sessions they made close.
 */
export function logOut({ users, attendance, sessions, streams, log }: Context, link: Link): void {
  const { user } = link;
  if (!user) return;
  link.user = undefined;
  // The steps that cannot fail come first, so that the name becomes free in every case.
  streams.forget(user);
  users.remove(user);
  attendance.exit(user);
  for (const session of [...user.administered]) attendance.close(session, user);
  if (users.size === 0) sessions.hideRooms();
  log.info('logged out', { user: user.id, name: user.name, address: link.address });
}

/** @throws Refusal 1700; nothing is changed then */
function merged(user: User, given: unknown, maxLength: number): UserData {
  const added = typeof given === 'string' ? parsed(given) : given;
  if (typeof added !== 'object' || added === null || Array.isArray(added)) throw new Refusal(1700);
  if (!isPlain(added, { bytes: false })) throw new Refusal(1700);
  // Spread defines own properties even for names like `__proto__`.
  if (JSON.stringify({ ...user.data, ...added }).length > maxLength) throw new Refusal(1700);
  return user.merge(added);
}

/** Compares in constant time. An empty `password` accepts every text. */
function isSame(given: string, password: string): boolean {
  if (password === '') return true;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(password));
}
