import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import type { VideoFilter } from '../../../media/port.js';
import type { Publication } from '../../../rooms/index.js';
import { keepPayer } from '../../../transport/gate/account.js';
import { textFrame } from '../../../transport/frame.js';
import { ProtocolError } from '../../session-layer/errors.js';
import type { CallingSession } from '../call.js';
import { unauthorized } from '../errors.js';
import type { Condition } from '../errors.js';
import { othersIn, tellMembers } from '../members.js';
import type { OvConnection } from '../model/ov-connection.js';
import type { StreamFilter } from '../model/stream.js';
import { notificationText } from '../../session-layer/notification-text.js';
import { streamPropertyChanged } from '../notifications.js';
import { roomRequest } from '../request-type.js';
import { commandFilter, filterAfter, filterOf, notApplied } from '../stream-filters.js';
import { inTime } from '../within.js';

const streamId = z.string();
const jsonText = z.unknown().optional().meta({ description: 'JSON in a text' });
const exampleStream = 'str_CAM_Yk3x_con_Fq3kT8vWzA';

const noStream: Condition = { reason: 'participant-not-found', when: 'There is no such stream.' };
const notYours: Condition = {
  reason: 401,
  when: 'It is the stream of somebody else, and the connection does not have the role MODERATOR.',
};
const noCommand: Condition = {
  reason: 401,
  when: 'It is about a GStreamerFilter, which neither the connection nor, for a moderator, the publisher has among its `allowedFilters`.',
};
const late: Condition = {
  reason: 301,
  when: 'The media server did not answer in time. What it does later is told to all others.',
};

/** Pages make virtual backgrounds themselves (`VB:…`). */
export const applyFilter = roomRequest({
  name: 'applyFilter',
  params: z.object({ streamId, type: z.string(), options: jsonText }),
  result: z.object({}),
  summary: 'Puts a filter on a stream.',
  description:
    'GStreamerFilter, with one element as `{"command":"videobalance saturation=0.0"}`, and FaceOverlayFilter, whose image comes by setOverlayedImage. A Kurento media server has them; the embedded engine has none. It is for the picture, and ends with the stream.',
  example: {
    params: { streamId: exampleStream, type: commandFilter, options: '{"command":"videobalance saturation=0.0"}' },
    result: {},
  },
  errors: [
    notYours,
    { reason: 401, when: 'It is the own stream, and the type is not among the `allowedFilters` of the connection.' },
    noCommand,
    noStream,
    { reason: 405, when: 'The stream has a filter.' },
    {
      reason: 406,
      when: 'There is no such filter here, or the media server refuses it; the stream has no picture; its publisher speaks another protocol.',
    },
    late,
  ],
  handle: async (_participant, { streamId: id, type, options }, { session }) => {
    assertMayApply(session, id, type);
    const target = targetOf(session, id);
    const { is, shown } = filterOf(type, options);
    await change(session, target, 'applyFilter', type, (present) => {
      if (present) throw new ProtocolError(405, `Stream ${id} has a filter already`);
      return { is, shown };
    });
    return { answer: {} };
  },
});

export const removeFilter = roomRequest({
  name: 'removeFilter',
  params: z.object({ streamId }),
  result: z.object({}),
  summary: 'Takes the filter of a stream away.',
  example: { params: { streamId: exampleStream }, result: {} },
  errors: [notYours, noStream, { reason: 406, when: 'The stream has no filter.' }, late],
  handle: async (_participant, { streamId: id }, { session }) => {
    assertMayFilter(session, id);
    await change(session, targetOf(session, id), 'removeFilter', 'The filter', (present) => {
      if (!present) throw notApplied(`Stream ${id} has no filter`);
      return undefined;
    });
    return { answer: {} };
  },
});

export const execFilterMethod = roomRequest({
  name: 'execFilterMethod',
  params: z.object({ streamId, method: z.string(), params: jsonText }),
  result: z.object({}),
  summary: 'Calls a method of the filter of a stream.',
  description:
    'Of GStreamerFilter `setElementProperty {propertyName, propertyValue}`; of FaceOverlayFilter `setOverlayedImage {uri, offsetXPercent, offsetYPercent, widthPercent, heightPercent}`, with the image on the host of APP_URL or one of OPENVIDU_FILTER_IMAGE_HOSTS, and `unsetOverlayedImage`.',
  example: {
    params: {
      streamId: exampleStream,
      method: 'setElementProperty',
      params: '{"propertyName":"saturation","propertyValue":"1.0"}',
    },
    result: {},
  },
  errors: [
    notYours,
    noCommand,
    noStream,
    {
      reason: 406,
      when: 'The stream has no filter, or the filter has no such method; or it, or the media server, refuses the params.',
    },
    late,
  ],
  handle: async (_participant, { streamId: id, method, params: given }, { session, takesImage }) => {
    assertMayFilter(session, id);
    const target = targetOf(session, id);
    await change(session, target, 'execFilterMethod', method, (present) => {
      const { filter: shown } = target.connection.stream ?? {};
      if (!present || !shown) throw notApplied(`Stream ${id} has no filter`);
      if (shown.type === commandFilter) assertMayCommand(session, target.connection);
      const { is, params } = filterAfter(present, method, given, takesImage);
      return { is, shown: { ...shown, lastExecMethod: { method, params } } };
    });
    return { answer: {} };
  },
});

/** No events of filters are told here. */
function listenerRequest<Name extends string>(name: Name, summary: string) {
  return roomRequest({
    name,
    params: z.object({ streamId, eventType: z.string() }),
    result: z.object({}),
    summary,
    description: 'Filters tell no events here, so it is refused.',
    example: { params: { streamId: exampleStream, eventType: 'CodeFound' }, result: {} },
    errors: [notYours, noStream, { reason: 406, when: 'Always otherwise.' }],
    handle: (_participant, { streamId: id, eventType }, { session }) => {
      assertMayFilter(session, id);
      publisherOf(session, id);
      throw notApplied(`No filter of stream ${id} tells "${eventType}" here`);
    },
  });
}

export const addFilterEventListener = listenerRequest(
  'addFilterEventListener',
  'Wants to hear events of the filter of a stream.',
);

export const removeFilterEventListener = listenerRequest(
  'removeFilterEventListener',
  'Does not want to hear them any more.',
);

interface Target {
  readonly connection: OvConnection;
  readonly publication: Publication;
  readonly streamId: string;
}

/**
 * Changes the filter of a stream, once no other change of it is under way. The others are told when it is done, even where that is too late
 * for the page that has asked.
 * @param what is refused, in the message of 406. @param next from the present filter; undefined: none
 * @throws ProtocolError 301, 406, as `next`; RoomError `participant-not-found` when the stream has ended
 */
async function change(
  { connection: caller, ovSession }: CallingSession,
  { connection, publication, streamId: id }: Target,
  reason: string,
  what: string,
  next: (present: VideoFilter | undefined) => { readonly is: VideoFilter; readonly shown: StreamFilter } | undefined,
): Promise<void> {
  const goOn = keepPayer();
  let shown: StreamFilter | undefined;
  const changing = publication.changeFilter(
    (present) => {
      const chosen = next(present);
      shown = chosen?.shown;
      return chosen?.is;
    },
    () => {
      if (connection.stream?.id !== id) return;
      connection.changeStream({ filter: shown });
      const told = { connectionId: connection.id, streamId: id, property: 'filter', newValue: shown ?? {}, reason };
      goOn(() => {
        tellMembers(othersIn(ovSession, caller), textFrame(notificationText(streamPropertyChanged, told)));
      });
    },
  );
  try {
    await inTime(changing, () => {
      // It cannot be called back. Whatever comes of it is told.
    });
  } catch (error) {
    if (error instanceof RoomError && error.code === 'filter-refused') throw notApplied(`${what}: ${error.message}`);
    if (error instanceof RoomError && error.code === 'not-publishing') throw unknownStream(id);
    throw error;
  }
}

/** @throws RoomError `participant-not-found`; ProtocolError 406 where no filter can be on it */
function targetOf(session: CallingSession, id: string): Target {
  const connection = publisherOf(session, id);
  if (connection.isStranger) throw notApplied('Its publisher speaks another protocol, which has filters of its own');
  const publication = connection.participant?.publication;
  if (!publication) throw unknownStream(id);
  if (connection.stream?.hasVideo !== true) throw notApplied(`Stream ${id} has no picture`);
  return { connection, publication, streamId: id };
}

function publisherOf({ ovSession }: CallingSession, id: string): OvConnection {
  const connection = ovSession.connectionOfStream(id);
  if (connection?.stream?.id !== id) throw unknownStream(id);
  return connection;
}

function unknownStream(id: string): RoomError {
  return new RoomError('participant-not-found', `There is no stream "${id}"`);
}

/** A moderator may on any stream, the others on their own. @throws ProtocolError 401 */
function assertMayFilter({ connection, ovSession }: CallingSession, id: string): void {
  const isOwn = ovSession.connectionOfStream(id) === connection;
  if (connection.role !== 'MODERATOR' && !isOwn) throw unauthorized('apply filter');
}

function assertMayApply(session: CallingSession, id: string, type: string): void {
  const { connection, ovSession } = session;
  assertMayFilter(session, id);
  if (connection.role !== 'MODERATOR' && !isAllowed(connection, type)) throw unauthorized('apply filter');
  if (type === commandFilter) assertMayCommand(session, ovSession.connectionOfStream(id));
}

/** A command can do much on a media server: only where the back end has said so, whatever the role (docs/security.md). */
function assertMayCommand({ connection }: CallingSession, publisher: OvConnection | undefined): void {
  const allowed = [connection, ...(publisher ? [publisher] : [])].some((each) => isAllowed(each, commandFilter));
  // Of a stream that is not there the answer is another one.
  if (publisher && !allowed) throw unauthorized('apply filter');
}

/** Whether the back end has allowed a connection filters of that type. */
export function isAllowed({ kurentoOptions }: OvConnection, type: string): boolean {
  return kurentoOptions?.allowedFilters?.includes(type) ?? false;
}
