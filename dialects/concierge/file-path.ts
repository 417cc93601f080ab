import { cleanedName } from '../../rooms/index.js';

/** A path in a request to the file server. */
export interface FilePath {
  readonly client: string;
  /** Empty for the folder itself. */
  readonly file: string;
}

const maxNameBytes = 255;
const maxGivenBytes = 4 * maxNameBytes;
/**
 * Characters that no file name has here. The slash is one of them, so a path becomes one name
 * (docs/protocols/concierge.md#12-file-server).
 */
const dropped = /[/?<>\\:*|"]/g;

/**
 * @param path below the path of the file server, with escapes, without query
 * @returns undefined for a path that is malformed or leads out of the folder
 */
export function readFilePath(path: string): FilePath | undefined {
  const [client, ...rest] = path.replace(/^\//, '').split('/').map(decoded);
  if (client === undefined || client === '' || rest.length === 0) return undefined;
  const parts = rest.filter((part) => part !== '');
  // The folder has the name of the client. 64 letters can have more bytes than the file system allows.
  if (!isPart(client) || Buffer.byteLength(client) > maxNameBytes || !parts.every(isPart)) return undefined;
  if (parts.length === 0) return { client, file: '' };
  const file = fileNameOf(parts.join(''));
  return file === undefined ? undefined : { client, file };
}

/** The name under which a file is kept; undefined when no valid name remains. */
export function fileNameOf(name: string): string | undefined {
  // What nobody sees is left out too, as from every name.
  if (Buffer.byteLength(name) > maxGivenBytes) return undefined;
  const file = cleanedName(name.replace(dropped, ''), maxGivenBytes);
  const isName = file !== '' && file !== '.' && file !== '..';
  return isName && Buffer.byteLength(file) <= maxNameBytes ? file : undefined;
}

/** Decodes the escapes once; undefined for malformed ones. */
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
