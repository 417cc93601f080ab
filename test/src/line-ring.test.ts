import { expect } from 'chai';
import { LineRing } from '../../src/line-ring.js';
import { createLog } from '../../src/log.js';

describe('the last lines of a log', () => {
  it('are as many as it keeps, the oldest first, none longer than 2,000 characters', () => {
    const ring = new LineRing(3);
    for (const line of ['one', 'two', 'three', 'four', 'x'.repeat(9_000)]) ring.write(line);
    expect(ring.lines.map((line) => line.slice(0, 5))).to.deep.equal(['three', 'four', 'xxxxx']);
    expect(ring.lines[2]).to.have.lengthOf(2_000);
  });

  it('are those that it writes, without those below its level', () => {
    const written: string[] = [];
    const output = new LineRing();
    const log = createLog('info', 'json', { output });
    log.child({ room: 'garden' }).info('joined', { participant: 'ana' });
    log.debug('nothing that anybody asked for');
    written.push(...output.lines.map((line) => line.trimEnd()));
    expect(log.lastLines).to.deep.equal(written);
    expect(log.lastLines).to.have.lengthOf(1);
    expect(log.lastLines[0]).to.include('"participant":"ana"');
  });
});
