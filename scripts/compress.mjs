import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Pictures are compressed already, and nobody but a developer fetches a source map. */
const texts = /\.(?:js|css|svg|html|json|webmanifest|d\.ts)$/;

const compressors = {
  br: (content) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
  gz: (content) => promisify(gzip)(content, { level: 9 }),
};

/**
 * Puts FILE.br and FILE.gz beside each text file of a folder and of those in it. rest/static-files.ts serves them.
 * A file that gets no smaller gets none.
 */
export async function compressFolder(folder) {
  const jobs = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return compressFolder(path);
    return texts.test(name) ? compressFile(path) : undefined;
  });
  await Promise.all(jobs);
}

async function compressFile(path) {
  const content = readFileSync(path);
  for (const [ending, compress] of Object.entries(compressors)) {
    const compressed = await compress(content);
    if (compressed.length < content.length) writeFileSync(`${path}.${ending}`, compressed);
  }
}
