import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createLog } from '../../src/log.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { RecordingLog } from '../support/recording-log.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';

describe('the log tells who comes and goes', () => {
  it('with door, address, room, duration and reason, and each request where that is wanted; no session id', async () => {
    const log = new RecordingLog();
    const stage = new ServiceStage({ requestLog: true, adminToken }, { log });
    const url = await stage.start();
    const ana = await RpcClient.connect(url);
    const { sessionId } = await ana.request('connect');
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    expect(await ana.refusal('dance')).to.equal(-32_601);
    await fetch(`${url}api/v1/rooms?secret=shed`, asAdmin);
    await fetch(`${url}whip/garden/shed`, { method: 'DELETE' });
    await fetch(`${url}whep/garden/ana/shed`, { method: 'DELETE' });
    await fetch(`${url}whip/garden/shed`, { method: 'DELETE', headers: { origin: 'https://elsewhere.example' } });
    await ana.request('leaveRoom');
    ana.cut();
    await until('the client has gone', () => log.has('info', 'has gone'));
    await stage.stop();
    const [door, address] = ['kurento-room', '127.0.0.1'];
    const lines = (message: string): unknown[] =>
      log.lines.filter((line) => line.message === message).map(({ fields }) => fields);
    expect(lines('a client has come')).to.deep.equal([{ door, address }]);
    const person = { door, address, room: 'garden', participant: 'ana' };
    expect(lines('joined')).to.have.length(1);
    const session = createHash('sha256').update(String(sessionId)).digest('hex').slice(0, 8);
    expect(lines('joined')[0]).to.include({ ...person, session });
    expect(lines('left')[0]).to.include({ ...person, session, reason: 'left' });
    expect(lines('left')[0]).to.have.property('seconds').that.is.a('number');
    expect(lines('a client has gone')[0]).to.include({ door, address }).and.to.include.keys('seconds', 'reason');
    const requests = lines('a request') as {
      readonly request: string;
      readonly error?: string;
      readonly status?: number;
    }[];
    expect(requests.map(({ request, error, status }) => [request, error ?? status])).to.deep.include.members([
      ['joinRoom', undefined],
      ['unknown', '-32601'],
      ['GET /api/v1/rooms', 200],
      ['DELETE /whip/garden', 404],
      ['DELETE /whep/garden/ana', 404],
    ]);
    expect(lines('a client was refused')).to.have.length(1);
    expect(lines('a client was refused')[0]).to.include({ path: '/whip/garden' });
    expect(JSON.stringify(log.lines)).to.not.include(sessionId).and.to.not.include('shed');
  });

  it('also of those that came while such lines were not written', async () => {
    const output = new PassThrough();
    const log = createLog('warn', 'json', { output });
    const stage = new ServiceStage({}, { log });
    const ana = await RpcClient.connect(await stage.start());
    const { sessionId } = await ana.request('connect');
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    log.level = 'info';
    await ana.request('leaveRoom');
    ana.cut();
    await stage.stop();
    output.end();
    const lines = (await text(output)).trim().split('\n');
    const session = createHash('sha256').update(String(sessionId)).digest('hex').slice(0, 8);
    expect(lines.filter((line) => line.includes('"joined"'))).to.deep.equal([]);
    const left = lines.map((line) => JSON.parse(line) as object).find((line) => 'reason' in line && 'room' in line);
    expect(left).to.include({ message: 'left', room: 'garden', participant: 'ana', session, reason: 'left' });
  });

  it('LOG_NAMES=hash shows the same name alike and never as it is, and other fields as they are', async () => {
    const output = new PassThrough();
    const log = createLog('info', 'json', { output, names: 'hash' });
    log.info('joined', { room: 'garden', participant: 'ana', address: '192.0.2.7', door: 'kurento-room' });
    log.child({ address: '192.0.2.7' }).info('left', { participant: 'ana', reason: 'lost' });
    output.end();
    const written = await text(output);
    const [joined, left] = written
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(written).to.not.match(/garden|ana"|192\.0/);
    expect([left?.participant, left?.address]).to.deep.equal([joined?.participant, joined?.address]);
    expect(joined?.participant).to.not.equal(joined?.room);
    expect([joined?.door, left?.reason]).to.deep.equal(['kurento-room', 'lost']);
  });
});
