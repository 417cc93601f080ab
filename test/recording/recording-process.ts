import { copyFile, writeFile } from 'node:fs/promises';
import { Stage, fileOf, nobody, recordingOf } from './stage.js';

/** Records into a directory, with files that are not whole, until it is killed: `DIRECTORY FILE ID`. Says when all of it is there. */
const [directory = '', source = '', id = ''] = process.argv.slice(2);
const stage = await Stage.begin(directory);
const kept = await stage.open();
const folder = await kept.begin(recordingOf({ id }), nobody);
folder.stateChanged('recording');
for (const [who, atMs] of [
  ['ana', 100],
  ['ben', 1_700],
] as const) {
  folder.happened('joined', who);
  const place = folder.addFile(fileOf(who));
  if (!place) throw new Error('There is no place for the file');
  folder.fileStarted(place.file, atMs);
  if (who === 'ana') await copyFile(source, stage.path(id, place.file));
  else await writeFile(stage.path(id, place.file), '');
}
process.stdout.write('recording\n');
setInterval(() => undefined, 60_000);
