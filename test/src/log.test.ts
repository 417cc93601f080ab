import { Writable } from 'node:stream';
import { expect } from 'chai';
import type { ParentLog } from '../../log.js';
import { createLog } from '../../src/log.js';
import type { LogFormat } from '../../src/log.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';

/** A log whose lines are kept, and whose time passes when a test says so. */
class LogStage {
  readonly lines: string[] = [];
  readonly log: ParentLog;
  #now = 0;
  readonly #timers: { readonly at: number; readonly run: () => void }[] = [];

  constructor(format: LogFormat = 'text') {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.lines.push(chunk.toString());
        done();
      },
    });
    const after = (ms: number, run: () => void): void => {
      this.#timers.push({ at: this.#now + ms, run });
    };
    this.log = createLog('info', format, { output, clock: { now: () => this.#now, after } });
  }

  get bytes(): number {
    return this.lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers.splice(0)) {
      if (timer.at <= this.#now) timer.run();
      else this.#timers.push(timer);
    }
  }
}

const hostile = 'a\nb\r\u001B[31mc\u009B1Ad\u202Ee\u2028f\u200Bg\u{E0061}h\uD800i\u007Fj';

for (const format of ['text', 'json'] as const) {
  describe(`a line of the log (${format})`, () => {
    it('shows hostile characters of its message and its fields, and stays one line of visible text', () => {
      const stage = new LogStage(format);
      stage.log.warn(hostile, { name: hostile, list: [hostile], error: new Error(hostile) });
      expect(stage.lines).to.have.lengthOf(1);
      const [line = ''] = stage.lines;
      expect(line.trimEnd()).to.match(/^[\x20-\x7e]+$/);
      expect(line).to.include('a\\nb\\r\\u001b[31mc\\u009b1Ad\\u202ee\\u2028f\\u200bg\\udb40\\udc61h\\ud800i\\u007fj');
    });

    it('cuts each field at 200 characters, and keeps the places of an error whose message comes from outside', () => {
      const stage = new LogStage(format);
      const name = 'x'.repeat(490_000);
      const error = new Error(`There is no room "${name}"`);
      stage.log.info('joined', { name, deep: { name }, error, room: 'r1', count: 7, none: undefined });
      const [line = ''] = stage.lines;
      expect(line).to.have.length.below(4_000);
      expect(line).to.include(`${'x'.repeat(200)}… (490000 characters)`);
      expect(line).to.include('log.test.ts');
      expect(line).to.match(format === 'json' ? /"room":"r1"/ : / room="r1"/);
    });
  });
}

describe('a line of the log in JSON', () => {
  it('means the same as what was logged', () => {
    const stage = new LogStage('json');
    stage.log.child({ dialect: 'test' }).warn('refused', { name: hostile, list: [1, 'é'], size: 7 });
    expect(JSON.parse(stage.lines[0] ?? '')).to.deep.include({
      level: 'warn',
      message: 'refused',
      dialect: 'test',
      name: hostile,
      list: [1, 'é'],
      size: 7,
    });
  });
});

describe('the lines of the log that one stranger causes', () => {
  it('are bounded for each message and address in a minute; how many are missing is told, then it begins anew', () => {
    const stage = new LogStage();
    const { log } = stage;
    for (let times = 0; times < 100; times += 1) log.warn('refused', { address: '10.0.0.1', name: `n${times}` });
    expect(stage.lines).to.have.lengthOf(30);
    log.warn('refused', { address: '10.0.0.2' });
    log.warn('closed', { address: '10.0.0.1' });
    log.child({ dialect: 'test' }).warn('refused', { address: '10.0.0.1' });
    expect(stage.lines, 'others are heard').to.have.lengthOf(32);
    stage.pass(60_000);
    expect(stage.lines.at(-1)).to.match(/warn refused \(71 more not logged\) address="10\.0\.0\.1"/);
    log.warn('refused', { address: '10.0.0.1' });
    expect(stage.lines).to.have.lengthOf(34);
    stage.pass(120_000);
    expect(stage.lines, 'nothing is missing any more').to.have.lengthOf(34);
  });

  it('are bounded for an IPv6 network of 64 bits as for one address, since one client has all of it', () => {
    const stage = new LogStage();
    const { log } = stage;
    for (let times = 0; times < 100; times += 1)
      log.warn('refused', { address: `2001:db8:0:1::${times.toString(16)}` });
    expect(stage.lines).to.have.lengthOf(30);
    log.child({ address: '2001:db8:0:1:ffff::1' }).warn('refused');
    expect(stage.lines, 'the same network').to.have.lengthOf(30);
    log.warn('refused', { address: '2001:db8:0:2::1' });
    expect(stage.lines.at(-1), 'another one, by its full address').to.match(/refused address="2001:db8:0:2::1"/);
    stage.pass(60_000);
    expect(stage.lines.at(-1)).to.match(/warn refused \(71 more not logged\) address="2001:db8:0:1::\/64"/);
  });

  it('are bounded in all too, for strangers with many addresses and lines that have none', () => {
    const stage = new LogStage();
    for (let times = 0; times < 20_000; times += 1) stage.log.info('joined', { address: `10.0.${times}` });
    for (let times = 0; times < 20_000; times += 1) stage.log.error('failed', { times });
    expect(stage.lines).to.have.lengthOf(1_200);
    stage.pass(60_000);
    expect(stage.lines.slice(1_200).join('')).to.match(/joined \(19400 more[^]*failed \(19400 more/);
  });

  it('do not fill a disk: 150 joins with names of 490,000 letters, which made 441 MB', async () => {
    const logs = new LogStage();
    const stage = new ServiceStage({ maxByteBurst: 200_000_000 }, { log: logs.log });
    const client = await RpcClient.connect(await stage.start());
    for (let times = 0; times < 150; times += 1) {
      const user = `${times}${'x'.repeat(490_000)}`;
      expect((await client.call('joinRoom', { user, room: user })).error?.code).to.equal(999);
    }
    client.cut();
    await stage.stop();
    expect(logs.bytes).to.be.below(100_000);
  });
});
