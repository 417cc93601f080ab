import type { KeptRecording, RecordingShelf } from '../../dialect.js';
import type { RecordingNote } from './note.js';
import type { ZippedFile } from './zip.js';

/** The files of a recording, named by their streams, and what is known of them. */
export async function zippedFiles(
  shelf: Pick<RecordingShelf, 'file'>,
  recording: KeptRecording,
  note: RecordingNote,
): Promise<readonly ZippedFile[]> {
  const used = new Map<string, number>();
  const known: object[] = [];
  const zipped: ZippedFile[] = [];
  for (const { file, participant, offsetMs, durationMs, kinds } of recording.files) {
    const kept = await shelf.file(recording.id, file);
    if (!kept) continue;
    const stream = streamOf(note, recording, file);
    const streamId = stream?.streamId ?? file.replace(/\.webm$/, '');
    const count = used.get(streamId) ?? 0;
    used.set(streamId, count + 1);
    zipped.push({ name: `${streamId}${count === 0 ? '' : `-${count}`}.webm`, size: kept.size, read: kept.read });
    const { connectionId = participant.id, clientData = '', serverData = '', typeOfVideo } = stream ?? {};
    known.push({
      ...{ connectionId, streamId, size: kept.size, clientData, serverData },
      ...{ hasAudio: kinds.includes('audio'), hasVideo: kinds.includes('video') },
      ...(kinds.includes('video') && { typeOfVideo }),
      ...{ startTimeOffset: offsetMs, endTimeOffset: offsetMs + durationMs },
    });
  }
  const { id, name, sessionId } = note;
  const text = Buffer.from(JSON.stringify({ createdAt: recording.startedAt, id, name, sessionId, files: known }));
  return [...zipped, { name: `${name}.json`, size: text.length, read: () => Promise.resolve(oneOf(text)) }];
}

/** The streams of one participant follow each other, as its files do. */
function streamOf({ streams }: RecordingNote, { files }: KeptRecording, file: string) {
  const own = files.find((each) => each.file === file)?.participant.id;
  const place = files.filter(({ participant }) => participant.id === own).findIndex((each) => each.file === file);
  const ofThem = streams.filter(({ participant }) => participant === own);
  return ofThem[place] ?? ofThem.at(-1);
}

// oxlint-disable-next-line typescript/require-await -- what files are read as
async function* oneOf(text: Buffer): AsyncGenerator<Buffer> {
  yield text;
}
