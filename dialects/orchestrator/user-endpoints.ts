import { nameFits } from '../../access/index.js';
import { isShowable } from '../../rooms/index.js';
import type { Bearer } from '../../rooms/index.js';
import { keepPayer } from '../../transport/gate/account.js';
import { bearerAtDoor } from '../door-secret.js';
import { dialectName } from './attendance.js';
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
  command(['LOGIN', 'Login'], commands.login, 204, (context, link, fields, succeed) => {
    const { userName: given, userPassword, password } = fields;
    const { access, settings } = context;
    if (given === undefined || given === '') throw new Refusal(204);
    if (!isShowable(given)) throw new Refusal(204, 'The user name is too long, or holds invisible characters');
    const name = given.normalize();
    const introduction = { door: dialectName, address: link.address, name };
    const bearer = bearerAtDoor(access, introduction, userPassword ?? password ?? '', settings.password);
    if (!(bearer instanceof Promise)) return { body: logIn(context, link, name, bearer) };
    const goOn = keepPayer();
    return bearer.then((proved) => {
      // While the token was looked at, the client may have gone.
      if (link.isOpen) succeed(goOn(() => logIn(context, link, name, proved)));
    });
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
      user.participant?.assertMay('data');
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

/** @throws Refusal 205, 206 */
function logIn(context: Context, link: Link, name: string, bearer: Bearer): { readonly userId: string } {
  const { users, log } = context;
  if (!nameFits(bearer, name)) throw new Refusal(206, 'The user name is not that of the token');
  if (link.user?.name === name) {
    link.user.bearer = bearer;
    return { userId: link.user.id };
  }
  const namesake = users.findByName(name);
  // A client that has proved to be the same comes back.
  const isReturning = bearer.identity !== undefined && namesake?.bearer.identity === bearer.identity;
  if (namesake && !isReturning) throw new Refusal(205);
  if (namesake) {
    logOut(context, namesake.link);
    namesake.link.end();
  }
  logOut(context, link);
  const user = users.add(name, link, bearer);
  link.user = user;
  log.info('logged in', { user: user.id, name, address: link.address });
  return { userId: user.id };
}

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
