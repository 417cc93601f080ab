import { join } from 'node:path';
import type { StreamSource } from '../rooms/index.js';

/** Names in a directory of recordings. What comes from outside is checked here before it becomes a part of a path. */

export const manifestName = 'manifest.json';
/** What a protocol keeps beside the files. */
export const noteName = 'note.json';
export const journalName = 'journal.ndjson';
/** What the name of a directory begins with while it is deleted. */
export const deletedPrefix = '.deleted-';
const newPrefix = '.new-';

/** The name of a directory while it is made. It says who makes it: nothing else can say so from its first moment on. */
export function newFolderName(owner: string, id: string): string {
  return `${newPrefix}${owner}.${id}`;
}

/** @returns the server that makes a directory. Undefined: the name is not that of one that is made */
export function makerOf(name: string): string | undefined {
  return name.startsWith(newPrefix) ? name.slice(newPrefix.length).split('.')[0] : undefined;
}

export function isRecordingId(text: string): boolean {
  return /^REC_[A-Za-z0-9]{1,64}$/.test(text);
}

export function isMediaFile(text: string): boolean {
  return /^\d{4,6}-(camera|screen|other)\.webm$/.test(text);
}

/** @param number from 1 on, in the order in which the files of the recording begin */
export function mediaFileName(number: number, source: StreamSource): string {
  return `${String(number).padStart(4, '0')}-${source}.webm`;
}

/** @throws TypeError for an id that is none */
export function folderOf(directory: string, id: string): string {
  if (!isRecordingId(id)) throw new TypeError('That is no id of a recording');
  return join(directory, id);
}
