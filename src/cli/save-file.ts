import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CommandError, exitCodes } from './command.js';

/**
 * Writes a file that is there under its name once it is whole.
 * @param sha256 in hexadecimal digits; undefined: not known. @throws CommandError when the bytes are others; what `bytes` throws
 */
export async function saveFile(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  sha256: string | undefined,
): Promise<void> {
  const part = `${path}.part`;
  const hash = createHash('sha256');
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const each of bytes) {
      hash.update(each);
      yield each;
    }
  };
  try {
    await pipeline(hashed, createWriteStream(part, { mode: 0o600 }));
    if (sha256 !== undefined && hash.digest('hex') !== sha256) {
      throw new CommandError(`${path} is not what the server has`, exitCodes.failed);
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
