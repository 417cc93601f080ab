import { expect } from 'chai';
import { rangeOf } from '../../rest/byte-range.js';

/** The numbers from 0 up to and with `last`. */
function upTo(last: number): number[] {
  return Array.from({ length: last + 1 }, (_, number) => number);
}

describe('A Range header', () => {
  const most = 5;

  it('names the bytes that the file has of those it asks for, or none', () => {
    for (const size of upTo(most)) {
      const bytes = upTo(size - 1);
      const expectRange = (header: string, wanted: readonly number[]): void => {
        const range = wanted.length === 0 ? 'none' : { start: wanted[0], end: wanted.at(-1) };
        expect(rangeOf(header, size), `${header} of ${size}`).to.deep.equal(range);
      };
      for (const first of upTo(most + 1)) {
        expectRange(
          `bytes=${first}-`,
          bytes.filter((byte) => byte >= first),
        );
        expectRange(
          `bytes=-${first}`,
          bytes.filter((byte) => byte >= size - first),
        );
        for (const last of upTo(most + 1)) {
          const wanted = bytes.filter((byte) => byte >= first && byte <= last);
          if (last >= first) expectRange(`bytes=${first}-${last}`, wanted);
          // Such a range is no range.
          else expect(rangeOf(`bytes=${first}-${last}`, size)).to.equal(undefined);
        }
      }
    }
  });

  it('may hold numbers of any length, and spaces where the RFC allows them', () => {
    const huge = '9'.repeat(400);
    expect(rangeOf(`bytes=3-${huge}`, 10)).to.deep.equal({ start: 3, end: 9 });
    expect(rangeOf(`bytes=-${huge}`, 10)).to.deep.equal({ start: 0, end: 9 });
    expect(rangeOf(`bytes=${huge}-`, 10)).to.equal('none');
    expect(rangeOf('Bytes= 2-4 ', 10)).to.deep.equal({ start: 2, end: 4 });
    expect(rangeOf('bytes=00002-0004', 10)).to.deep.equal({ start: 2, end: 4 });
  });

  it('asks for all of it when it is absent, malformed, of another unit, or has several ranges', () => {
    const others = [
      undefined,
      '',
      'bytes',
      'bytes=',
      'bytes=-',
      'bytes=a-b',
      'bytes=1',
      'bytes=1-2-3',
      'bytes=--1',
      'bytes=+1-2',
      'bytes=1.5-2',
      'bytes=0x1-2',
      'bytes=1-2,3-4',
      'bytes=1-2, -1',
      'byte=1-2',
      'seconds=1-2',
      '1-2',
      'bytes 1-2/10',
      `bytes=${' '.repeat(100_000)}x`,
    ];
    for (const header of others) expect(rangeOf(header, 10), header?.slice(0, 40)).to.equal(undefined);
  });
});
