import { expect } from 'chai';
import {
  isSigned,
  isStun,
  newTransaction,
  readBinding,
  writeCheck,
  writeQuestion,
  writeRoleConflict,
  writeSuccess,
} from '../../../../media/embedded/transport/ice/binding.js';

/** RFC 5769 §2: what others write. */
const password = 'VOkJxbRl1RmTxUk/WvJxBt';
const request = Buffer.from(
  '000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b1' +
    '51263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf',
  'hex',
);
const response = Buffer.from(
  '0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599' +
    'fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96',
  'hex',
);

describe('a message of STUN', () => {
  it('that others wrote is read, and known by its signature', () => {
    const read = readBinding(request);
    expect(read).to.include({ type: 'request', username: 'evtj:h6vY', role: 'controlled', nominates: false });
    expect(read && [isSigned(request, read, password), isSigned(request, read, 'another')]).to.deep.equal([
      true,
      false,
    ]);
    const answered = readBinding(response);
    expect(answered?.mapped).to.deep.equal({ address: '192.0.2.1', port: 32_853 });
    expect(answered && isSigned(response, answered, password)).to.equal(true);
  });

  it('that was changed, cut, or is none, is not taken for one', () => {
    const changed = Buffer.from(request);
    changed.writeUInt8(changed.readUInt8(40) ^ 1, 40);
    const read = readBinding(changed);
    expect(read && isSigned(changed, read, password)).to.equal(false);
    for (let length = 0; length < request.length; length += 1) {
      expect(readBinding(request.subarray(0, length)), `${length} bytes`).to.equal(undefined);
    }
    expect(isStun(Buffer.from('80c8000080c80000'.repeat(4), 'hex'))).to.equal(false);
    const unsigned = writeQuestion(newTransaction());
    const plain = readBinding(unsigned);
    expect(plain && isSigned(unsigned, plain, password)).to.equal(false);
  });

  it('of ours is one that we read', () => {
    const transaction = newTransaction();
    const asked = writeCheck({
      ...{ transaction, username: 'ours:theirs', password, priority: 7 },
      ...{ role: 'controlling', nominates: true },
    });
    const read = readBinding(asked);
    expect(read).to.include({ type: 'request', username: 'ours:theirs', role: 'controlling', nominates: true });
    if (!read) return;
    expect(isSigned(asked, read, password)).to.equal(true);
    const from = { address: '198.51.100.7', port: 40_001 };
    const answered = readBinding(writeSuccess(read, from, password));
    expect(answered).to.deep.include({ type: 'success', mapped: from, transaction });
    expect(readBinding(writeRoleConflict(read, password))?.type).to.equal('error');
  });

  it('says where a request came from over IPv6', () => {
    const read = readBinding(request);
    if (!read) throw new Error('it is a request');
    const from = { address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32_853 };
    const answered = writeSuccess(read, from, password).toString('hex');
    expect(answered).to.include('002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9');
    const short = writeSuccess(read, { address: 'fe80::1%eth0', port: 1 }, password).toString('hex');
    const mask = '2112a442b7e7a701bc34d686fa87dfae';
    const bytes = Buffer.from(short.slice(short.indexOf('00200014') + 16).slice(0, 32), 'hex');
    const plain = bytes.map((byte, at) => byte ^ Number.parseInt(mask.slice(2 * at, 2 * at + 2), 16));
    expect(Buffer.from(plain).toString('hex')).to.equal('fe800000000000000000000000000001');
  });
});
