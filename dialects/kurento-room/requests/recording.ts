import { z } from 'zod';
import type { Participant, RecordingFacts, RoomRecorder } from '../../../rooms/index.js';
import type { SessionCall } from '../call.js';
import type { Condition } from '../errors.js';
import type { RequestType } from '../request-type.js';
import { roomRequest } from '../request-type.js';
import { recordingSchema, shownRecording } from '../shown-recording.js';
import { tooFast } from './moderating.js';

/** A recording in examples. */
export const recordingExample: z.output<typeof recordingSchema> = {
  id: 'REC_8Jq0Zkv3xWdT5mNa',
  name: 'Monday',
  state: 'recording',
  startedAt: 1_796_083_200_000,
  startedBy: 'ana',
  target: {},
};

export const mayNotRecord: Condition = {
  reason: 'not-allowed',
  when: 'The participant may not record the room: it has neither the grant roomRecord nor roomAdmin.',
};

const noSuchRecording: Condition = {
  reason: 'recording-not-found',
  when: 'The room has no recording of that `id`.',
};

const result = z.object({ recording: recordingSchema });

interface RecorderDefinition<Name extends string, Params extends z.ZodObject> {
  readonly name: Name;
  readonly params: Params;
  readonly summary: string;
  readonly description: string;
  readonly example: { readonly params: z.input<Params>; readonly result: z.output<typeof result> };
  readonly errors: readonly Condition[];
  /** @throws RoomError */
  readonly handle: (
    recorder: RoomRecorder,
    params: z.output<Params>,
    participant: Participant,
  ) => Promise<RecordingFacts>;
}

/** A request of somebody who records (docs/recording.md). The rooms check whether it may. */
export function recorderRequest<Name extends string, Params extends z.ZodObject>(
  definition: RecorderDefinition<Name, Params>,
): RequestType<SessionCall, Name, Params, typeof result> {
  const { errors, handle, ...rest } = definition;
  return roomRequest({
    ...rest,
    result,
    errors: [mayNotRecord, tooFast, ...errors],
    answeredFirst: true,
    handle: async (participant, params) => {
      const { room } = participant;
      const facts = await handle(room.recordedBy(participant), params, participant);
      return { answer: { recording: shownRecording(room, facts) } };
    },
  });
}

interface ChangeDefinition<Name extends string> {
  readonly name: Name;
  readonly summary: string;
  readonly description: string;
  readonly state: RecordingFacts['state'];
  readonly errors?: readonly Condition[];
  readonly handle: (recorder: RoomRecorder, id: string) => Promise<RecordingFacts>;
}

/** The same for one that is there. */
export function changeOfRecording<Name extends string>(definition: ChangeDefinition<Name>) {
  const { state, errors = [], handle, ...rest } = definition;
  return recorderRequest({
    ...rest,
    params: z.object({ id: z.string().min(1).meta({ description: 'That of the recording' }) }),
    example: { params: { id: recordingExample.id }, result: { recording: { ...recordingExample, state } } },
    errors: [noSuchRecording, ...errors],
    handle: (recorder, { id }) => handle(recorder, id),
  });
}
