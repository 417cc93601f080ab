/** A path of the file server as it was asked for. */
export interface FilePath {
  readonly client: string;
  /** Empty for the folder itself. */
  readonly file: string;
}

const maxNameBytes = 255;
/** What no file name has here; the slash among them makes one name of what was a path (Concierge §12). */
// eslint-disable-next-line no-control-regex
const dropped = /[/?<>\\:*|"\u0000-\u001f\u007f-\u009f]/g;

/**
 * @param path below the file server's own, with escapes, without query
 * @returns undefined for a path that cannot be one or tries to get out
 */
export function readFilePath(path: string): FilePath | undefined {
  const [client, ...rest] = path.replace(/^\//, '').split('/').map(decoded);
  if (client === undefined || client === '' || rest.length === 0) return undefined;
  const parts = rest.filter((part) => part !== '');
  // The folder of a client is named after it: a name of 64 letters can have more bytes than a file system takes.
  if (!isPart(client) || Buffer.byteLength(client) > maxNameBytes || !parts.every(isPart)) return undefined;
  if (parts.length === 0) return { client, file: '' };
  const file = fileNameOf(parts.join(''));
  return file === undefined ? undefined : { client, file };
}

/** The name under which a file is kept; undefined when nothing that can be one remains. */
export function fileNameOf(name: string): string | undefined {
  const file = name.replace(dropped, '');
  const isName = file !== '' && file !== '.' && file !== '..';
  return isName && Buffer.byteLength(file) <= maxNameBytes ? file : undefined;
}

/** Escapes are decoded once; undefined for those that are none. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function isPart(part: string | undefined): part is string {
  return part !== undefined && part !== '.' && part !== '..' && !/[/\\\0]/.test(part);
}
