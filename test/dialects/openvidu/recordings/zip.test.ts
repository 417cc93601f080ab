import { expect } from 'chai';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { zipLength, zipOf } from '../../../../dialects/openvidu/recordings/zip.js';
import { unzipped } from './unzipped.js';

describe('an archive of recordings', () => {
  it('holds its files as they are, and is as long as it says', async () => {
    const contents = new Map([
      ['str_CAM_A_con_B.webm', Buffer.from('one'.repeat(1_000))],
      ['empty.webm', Buffer.alloc(0)],
      ['Ünïcode.json', Buffer.from('{}')],
    ]);
    const files = [...contents].map(([name, content]) => ({
      ...{ name, size: content.length },
      read: () => Promise.resolve(Readable.from([content.subarray(0, 100), content.subarray(100)])),
    }));
    const zip = await buffer(zipOf(files));
    expect(zip.length).to.equal(zipLength(files));
    expect(unzipped(zip)).to.deep.equal(contents);
  });

  it('breaks off where a file is not as long as it is said to be', async () => {
    const read = () => Promise.resolve(Readable.from([Buffer.from('short')]));
    const error: unknown = await buffer(zipOf([{ name: 'a', size: 6, read }])).catch((each: unknown) => each);
    expect(error).to.be.instanceOf(Error);
  });

  it('is not made of more than 4 GB', () => {
    expect(zipLength([{ name: 'a', size: 2 ** 32, read: () => Promise.reject(new Error('never')) }])).to.equal(
      undefined,
    );
  });
});
