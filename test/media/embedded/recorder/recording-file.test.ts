import { expect } from 'chai';
import { RecordingFile, TooSlow } from '../../../../media/embedded/recorder/recording-file.js';
import type { WritableFile } from '../../../../media/embedded/recorder/recording-file.js';

/** A disk that takes a few bytes at a time, up to a limit. */
class ShortWrites implements WritableFile {
  bytes = Buffer.alloc(0);
  closed = 0;
  readonly #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  write: WritableFile['write'] = (async (data: Buffer, from: number, length: number, position: number) => {
    const left = this.#most - position;
    if (left <= 0) throw Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC' });
    const bytesWritten = Math.min(length, left, 1 + (position % 7));
    const end = position + bytesWritten;
    if (end > this.bytes.length) this.bytes = Buffer.concat([this.bytes, Buffer.alloc(end - this.bytes.length)]);
    data.copy(this.bytes, position, from, from + bytesWritten);
    await new Promise((resolve) => setImmediate(resolve));
    return { bytesWritten, buffer: data };
  }) as WritableFile['write'];

  truncate(length = 0): Promise<void> {
    this.bytes = this.bytes.subarray(0, length);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

describe('the file of a recording', () => {
  const text = (bytes: Buffer): string => bytes.toString();

  it('gets every byte where the disk takes a few at a time', async () => {
    const disk = new ShortWrites();
    const failures: unknown[] = [];
    const file = new RecordingFile(
      () => Promise.resolve(disk),
      (error) => failures.push(error),
    );
    file.append([Buffer.from('One day in '), Buffer.from('the year of the fox ')]);
    file.append([Buffer.from('came a time remembered well')]);
    file.overwrite(4, Buffer.from('DAY'));
    await file.close();
    expect(text(disk.bytes)).to.equal('One DAY in the year of the fox came a time remembered well');
    expect([failures, disk.closed]).to.deep.equal([[], 1]);
  });

  it('keeps what was there before the bytes that did not fit as a whole', async () => {
    const disk = new ShortWrites(20);
    const failures: unknown[] = [];
    const file = new RecordingFile(
      () => Promise.resolve(disk),
      (error) => failures.push(error),
    );
    for (const each of ['When the strong ', 'young man of the ', 'rising sun ']) file.append([Buffer.from(each)]);
    await file.close();
    expect(text(disk.bytes)).to.equal('When the strong ');
    expect(failures).to.have.length(1);
    expect(disk.closed).to.equal(1);
  });

  it('fails when the disk is too slow, and when it cannot be opened', async () => {
    const failures: unknown[] = [];
    const note = (error: unknown): unknown => failures.push(error);
    let open = (): void => undefined;
    const opened = new Promise<WritableFile>((resolve) => {
      open = () => {
        resolve(new ShortWrites());
      };
    });
    const slow = new RecordingFile(() => opened, note);
    for (let megabyte = 0; megabyte < 40; megabyte += 1) slow.append([Buffer.alloc(1024 * 1024)]);
    open();
    await slow.close();
    await new RecordingFile(() => Promise.reject(new Error('no')), note).close();
    expect(failures.map((error) => error instanceof TooSlow)).to.deep.equal([true, false]);
  });
});
