import { z } from 'zod';
import { connectionBody, connectionChanges, kurentoOptions } from '../model/connection-properties.js';
import type { OvConnection } from '../model/ov-connection.js';
import type { OvSession } from '../model/ov-session.js';
import type { OvSessions } from '../model/ov-sessions.js';
import { readAs } from './body.js';
import { inPath } from './operation.js';
import type { Asked, Operation } from './operation.js';
import { malformed, notFound, notHere } from './refusal.js';
import { answer } from './request.js';
import { sessionIn, wantsPending } from './session-operations.js';
import { tokenAddress } from './site.js';
import { connectionView, listView } from './views.js';

const tokenBody = connectionBody
  .pick({ data: true, role: true })
  .extend({ session: z.string().min(1), kurentoOptions: kurentoOptions.optional() });

/** Connections of sessions, and their streams. @param maxDataLength of server data, in characters */
export function connectionOperations(sessions: OvSessions, maxDataLength: number): readonly Operation[] {
  const add = (session: OvSession, body: z.output<typeof connectionBody>): OvConnection => {
    if (body.type === 'IPCAM') throw notHere('IP cameras cannot be shown here');
    if (body.data.length > maxDataLength) throw malformed(`"data" must have at most ${maxDataLength} characters`);
    return session.addConnection(body);
  };
  return [
    {
      method: 'POST',
      path: '/sessions/:session/connection',
      session: inPath,
      serve: (asked) => {
        const body = readAs(connectionBody, asked.body);
        const site = asked.site();
        const session = sessionIn(sessions, asked);
        return answer(200, connectionView(add(session, body), session.id, site));
      },
    },
    {
      method: 'GET',
      path: '/sessions/:session/connection',
      session: inPath,
      serve: (asked) => {
        const { id, active, pending } = sessionIn(sessions, asked);
        const all = [...active, ...(wantsPending(asked, true) ? pending : [])];
        return answer(200, listView(all.map((each) => connectionView(each, id, asked.site()))));
      },
    },
    {
      method: 'GET',
      path: '/sessions/:session/connection/:connection',
      session: inPath,
      serve: (asked) => {
        const { session, connection } = connectionIn(sessions, asked);
        return answer(200, connectionView(connection, session.id, asked.site()));
      },
    },
    {
      method: 'PATCH',
      path: '/sessions/:session/connection/:connection',
      session: inPath,
      serve: (asked) => {
        const changes = readAs(connectionChanges, asked.body);
        const site = asked.site();
        const { session, connection } = connectionIn(sessions, asked);
        session.changeConnection(connection, changes);
        return answer(200, connectionView(connection, session.id, site));
      },
    },
    {
      method: 'DELETE',
      path: '/sessions/:session/connection/:connection',
      session: inPath,
      serve: (asked) => {
        const { session, connection } = connectionIn(sessions, asked);
        session.forceDisconnect(connection);
        return answer(204);
      },
    },
    {
      method: 'DELETE',
      path: '/sessions/:session/stream/:stream',
      session: inPath,
      serve: (asked) => {
        const session = sessionIn(sessions, asked, true);
        const { stream = '' } = asked.params;
        const connection = session.connectionOfStream(stream);
        if (connection?.stream?.id !== stream) throw notFound(`Stream ${stream} cannot be found`);
        session.forceUnpublish(connection);
        return answer(204);
      },
    },
    {
      method: 'POST',
      path: '/tokens',
      session: ({ body }) => readAs(tokenBody, body).session,
      serve: (asked) => {
        const { session: id, ...body } = readAs(tokenBody, asked.body);
        const site = asked.site();
        const session = sessionIn(sessions, { ...asked, params: { session: id } });
        const connection = add(session, { ...body, type: 'WEBRTC', record: true, customIceServers: [] });
        const { role, serverData: data, createdAt } = connection;
        const token = tokenAddress(site, id, connection.token ?? '');
        return answer(200, {
          ...{ id: token, token, connectionId: connection.id, createdAt, session: id, data, role },
          ...(body.kurentoOptions && { kurentoOptions: body.kurentoOptions }),
        });
      },
    },
  ];
}

/** @throws Refusal 400 without the session, 404 without the connection */
function connectionIn(
  sessions: OvSessions,
  asked: Asked,
): { readonly session: OvSession; readonly connection: OvConnection } {
  const session = sessionIn(sessions, asked, true);
  const { connection: id = '' } = asked.params;
  const connection = session.connection(id);
  if (!connection) throw notFound(`Connection ${id} cannot be found`);
  return { session, connection };
}
