import type { LinkProof, SignedLinks } from '../access/index.js';
import type { AuditEntry } from '../rooms/index.js';
import type { Handlers, Input } from './operations.js';
import { Problem } from './problem.js';
import type { recordingOperations } from './recording-operations.js';
import { noRecording, recordingOf } from './seen-recordings.js';
import type { SeenRecordings } from './seen-recordings.js';

export interface RecordingsContext {
  readonly seen: SeenRecordings;
  readonly links: Pick<SignedLinks, 'sign' | 'isGood'>;
  readonly audit: (entry: AuditEntry) => void;
}

const done = { status: 204, body: undefined } as const;

/** The operations about recordings. What is of a room for which the caller has no grant to record is not there. */
export function recordingHandlers(context: RecordingsContext): Handlers<keyof typeof recordingOperations> {
  const { seen, links } = context;
  return {
    listRecordings: async (query, { caller }) => ({ status: 200, body: await seen.page(query, caller) }),
    getRecording: async ({ id }, { caller }) => ({ status: 200, body: recordingOf(await seen.find(id, caller)) }),
    getManifest: async ({ id }, { caller }) => ({ status: 200, body: await seen.find(id, caller) }),
    removeRecording: async ({ id }, { caller }) => {
      const { room } = await seen.find(id, caller);
      const said = (outcome: AuditEntry['outcome']): void => {
        const { administrator: actor } = caller;
        context.audit({ actor, action: 'remove recording', room: room.name, target: id, outcome });
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

function proofIn({ expires = '', signature }: Input<'getRecordedFile'>): LinkProof | undefined {
  return signature === undefined ? undefined : { expires, signature };
}
