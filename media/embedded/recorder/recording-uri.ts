import { refused } from './recording-failure.js';

/** The name of a directory or file. None of them has a meaning of its own anywhere, but `.` and `..`. */
const name = /^[A-Za-z0-9._-]{1,128}$/;
/** The file and the directories that it is in, below the one for recordings. */
const deepest = 4;
const extension = /\.(?:webm|mkv)$/;
const scheme = /^[a-z][a-z0-9+.-]*:/i;

/**
 * The names of the directories below the one for recordings, and that of the file, in this order. Nothing is made shorter on the way: what
 * is not plain is refused.
 *
 * @param uri `file:` with a path, or a path that is relative to the directory
 * @param directories the one for recordings, as absolute paths
 * @throws RecordingRefused
 */
export function namesIn(uri: string, directories: readonly string[]): readonly [string, ...string[]] {
  const [first, ...others] = (scheme.test(uri) ? below(uri, directories) : uri).split('/');
  const names = [first ?? '', ...others] as const;
  if (names.length > deepest) throw refused('badUri', `'${uri}' is more than ${deepest} names deep`);
  for (const each of names) {
    if (!name.test(each) || each === '.' || each === '..') throw refused('badUri', `'${uri}' is no plain name`);
  }
  if (!extension.test(uri)) throw refused('badUri', `'${uri}' ends neither in .webm nor in .mkv`);
  return names;
}

/** The part of a `file:` uri that is relative to the directory. @throws RecordingRefused */
function below(uri: string, directories: readonly string[]): string {
  const [, encoded] = /^file:(?:\/\/(?:localhost)?)?(\/[^?#]*)$/i.exec(uri) ?? [];
  const path = encoded === undefined || /%2f/i.test(encoded) ? undefined : decoded(encoded);
  if (path === undefined) throw refused('badUri', `'${uri}' is no uri of a file here`);
  const directory = directories.find((each) => path.startsWith(`${each}/`));
  if (directory === undefined) throw refused('unwritable', `'${uri}' is not in the directory for recordings`);
  return path.slice(directory.length + 1);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
