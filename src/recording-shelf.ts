import type { KeptRecording, RecordingShelf } from '../dialects/dialect.js';
import type { Archive } from '../recording/archive.js';
import type { Manifest } from '../recording/manifest.js';

/** How many are read at a time. */
const pageSize = 100;

/** The archive as dialects see it. */
export function shelfOf(archive: Archive): RecordingShelf {
  return {
    list: async () => {
      const all: KeptRecording[] = [];
      let before: string | undefined;
      do {
        const { recordings, next } = await archive.list({ before, limit: pageSize });
        all.push(...recordings.map(keptOf));
        before = next;
      } while (before !== undefined);
      return all;
    },
    find: async (id) => {
      const found = await archive.find(id);
      return found && keptOf(found);
    },
    file: async (id, name) => {
      const file = await archive.file(id, name);
      return file && { size: file.size, read: () => file.read() };
    },
    note: (id) => archive.note(id),
    keepNote: (id, note) => archive.keepNote(id, note),
    remove: (id) => archive.remove(id),
  };
}

function keptOf({ id, state, startedAt, startedBy, durationMs, files }: Manifest): KeptRecording {
  return { id, state, startedAt: Date.parse(startedAt), startedBy, durationMs, files };
}
