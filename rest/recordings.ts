import type { LinkProof, SignedLinks } from '../access/index.js';
import type { Manifest } from '../recording/manifest.js';
import { RoomError } from '../rooms/index.js';
import type { AuditEntry, Rooms } from '../rooms/index.js';
import type { Caller } from './callers.js';
import type { Handlers, Input } from './operations.js';
import { Problem } from './problem.js';
import type { recordingOperations } from './recording-operations.js';
import { participantIn, roomNamed } from './rooms.js';
import { noRecording, recordingOf } from './seen-recordings.js';
import type { SeenRecordings } from './seen-recordings.js';

export interface RecordingsContext {
  readonly rooms: Rooms;
  readonly seen: SeenRecordings;
  readonly links: Pick<SignedLinks, 'sign' | 'isGood'>;
  readonly audit: (entry: AuditEntry) => void;
}

const done = { status: 204, body: undefined } as const;

/** The operations about recordings. What is of a room for which the caller has no grant to record is not there. */
export function recordingHandlers(context: RecordingsContext): Handlers<keyof typeof recordingOperations> {
  const { rooms, seen, links } = context;
  const verb = async (name: 'stop' | 'pause' | 'resume', id: string, caller: Caller) => {
    const manifest = await seen.find(id, caller);
    await changeState(rooms, manifest, name, caller);
    return { status: 200, body: recordingOf(await seen.find(id, caller)) } as const;
  };
  return {
    startRecording: async ({ room: name }, { caller }, { target, ...wish }) => {
      const room = roomNamed(rooms, name);
      const recorder = room.recordedBy(caller);
      const participant = target?.participant === undefined ? undefined : participantIn(room, target.participant).id;
      const { id } = await recorder.start({ ...wish, target: { participant, stream: target?.stream } });
      return { status: 201, body: recordingOf(await seen.find(id, caller)) };
    },
    stopRecording: ({ id }, { caller }) => verb('stop', id, caller),
    pauseRecording: ({ id }, { caller }) => verb('pause', id, caller),
    resumeRecording: ({ id }, { caller }) => verb('resume', id, caller),
    listRecordings: async (query, { caller }) => ({ status: 200, body: await seen.page(query, caller) }),
    getRecording: async ({ id }, { caller }) => ({ status: 200, body: recordingOf(await seen.find(id, caller)) }),
    getManifest: async ({ id }, { caller }) => ({ status: 200, body: await seen.find(id, caller) }),
    removeRecording: async ({ id }, { caller }) => {
      const { room } = await seen.find(id, caller);
      const said = (outcome: AuditEntry['outcome']): void => {
        const { administrator: actor } = caller;
        context.audit({ actor, action: 'removeRecording', room: room.name, target: id, outcome });
      };
      try {
        if (!(await seen.archive.remove(id))) throw noRecording(id);
      } catch (error) {
        said('refused');
        throw error;
      }
      said('done');
      return done;
    },
    getRecordedFile: async (input, { caller }) => {
      const { id, file } = input;
      const proof = proofIn(input);
      if (!proof) await seen.find(id, caller);
      else if (!links.isGood([id, file], proof)) {
        throw new Problem('forbidden', 'This link is not good, or not any more: ask for another one');
      }
      return { status: 200, body: await seen.file(id, file) };
    },
    linkRecordedFile: async ({ id, file }, { caller, base }) => {
      await seen.find(id, caller);
      await seen.file(id, file);
      const { proof, expiresAt } = links.sign([id, file]);
      const query = new URLSearchParams({ ...proof });
      const url = `${base()}/api/v1/recordings/${id}/files/${file}?${query.toString()}`;
      return { status: 200, body: { url, expiresAt: expiresAt.toISOString() } };
    },
  };
}

/** @throws RoomError as `RoomRecorder`; `cannot-stop-recording` when its room is gone */
async function changeState(
  rooms: Rooms,
  { id, state, room: { name } }: Manifest,
  verb: 'stop' | 'pause' | 'resume',
  caller: Caller,
): Promise<void> {
  const hasEnded = state === 'ready' || state === 'failed';
  if (verb === 'stop' && hasEnded) return;
  const room = hasEnded ? undefined : rooms.find(name);
  if (room) {
    await room.recordedBy(caller)[verb](id);
    return;
  }
  // Its room has closed, and waits until the files are whole.
  if (verb === 'stop' && state === 'stopping') return;
  throw new RoomError(
    'cannot-stop-recording',
    hasEnded ? `Recording "${id}" has ended` : `Recording "${id}" is of a room that is not open`,
  );
}

function proofIn({ expires = '', signature }: Input<'getRecordedFile'>): LinkProof | undefined {
  return signature === undefined ? undefined : { expires, signature };
}
