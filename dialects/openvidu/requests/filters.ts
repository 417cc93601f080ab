import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import { ProtocolError } from '../../session-layer/errors.js';
import type { CallingSession } from '../call.js';
import { unauthorized } from '../errors.js';
import { roomRequest } from '../request-type.js';

const streamId = z.string();
const jsonText = z.unknown().optional().meta({ description: 'JSON in a text' });

/** Pages make virtual backgrounds themselves (`VB:…`). */
function filterRequest<Name extends string, Params extends z.ZodObject>(
  name: Name,
  summary: string,
  params: Params,
  example: z.input<Params>,
) {
  return roomRequest({
    name,
    params,
    result: z.object({}),
    summary,
    description: 'No media server of this one has filters of OpenVidu, so it is refused.',
    example: { params: example, result: {} },
    errors: [
      {
        reason: 401,
        when: 'It is the stream of somebody else, and the connection does not have the role MODERATOR; or the filter is not among its own ones.',
      },
      { reason: 'participant-not-found', when: 'There is no such stream.' },
      { reason: 406, when: 'There is no such filter here.' },
    ],
    handle: (_participant, given, { session }) => {
      const { streamId: id, type } = given as { readonly streamId: string; readonly type?: unknown };
      assertMayFilter(session, id, name === 'applyFilter' ? String(type) : undefined);
      const publisher = session.ovSession.connectionOfStream(id);
      if (publisher?.stream?.id !== id) throw new RoomError('participant-not-found', `There is no stream "${id}"`);
      throw new ProtocolError(
        406,
        name === 'applyFilter' ? `There is no filter "${String(type)}" here` : `Stream ${id} has no filter`,
      );
    },
  });
}

/** @param type of a filter that is to be applied */
function assertMayFilter({ connection, ovSession }: CallingSession, id: string, type: string | undefined): void {
  if (connection.role === 'MODERATOR') return;
  const isOwn = ovSession.connectionOfStream(id) === connection;
  const { allowedFilters = [] } = connection.kurentoOptions ?? {};
  if (!isOwn || (type !== undefined && !allowedFilters.includes(type))) throw unauthorized('apply filter');
}

export const applyFilter = filterRequest(
  'applyFilter',
  'Asks for a filter on a stream.',
  z.object({ streamId, type: z.string(), options: jsonText }),
  { streamId: 'str_CAM_Yk3x_con_Fq3kT8vWzA', type: 'GStreamerFilter', options: '{}' },
);

export const removeFilter = filterRequest(
  'removeFilter',
  'Takes the filter of a stream away.',
  z.object({ streamId }),
  { streamId: 'str_CAM_Yk3x_con_Fq3kT8vWzA' },
);

export const execFilterMethod = filterRequest(
  'execFilterMethod',
  'Calls a method of the filter of a stream.',
  z.object({ streamId, method: z.string(), params: jsonText }),
  { streamId: 'str_CAM_Yk3x_con_Fq3kT8vWzA', method: 'setElementProperty', params: '{}' },
);

export const addFilterEventListener = filterRequest(
  'addFilterEventListener',
  'Wants to hear events of the filter of a stream.',
  z.object({ streamId, eventType: z.string() }),
  { streamId: 'str_CAM_Yk3x_con_Fq3kT8vWzA', eventType: 'CodeFound' },
);

export const removeFilterEventListener = filterRequest(
  'removeFilterEventListener',
  'Does not want to hear them any more.',
  z.object({ streamId, eventType: z.string() }),
  { streamId: 'str_CAM_Yk3x_con_Fq3kT8vWzA', eventType: 'CodeFound' },
);
