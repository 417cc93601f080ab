import { expect } from 'chai';
import { nothingRemains, useStage } from './stage.js';

const client = { name: 'x', uuid: 'y' };
const service = { name: 'x', owner_uuid: 'y', subscribers: [] };

describe('Concierge 0.2: malformed payloads, and what other clients are told (§8, §14)', () => {
  const stage = useStage();
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  it('a malformed payload is ERROR_PROTOCOL, and a payload of servers ERROR_UNSUPPORTED, with its number', async () => {
    const ada = await stage.identify('ada', { version: '0.2.0' });
    const malformed: readonly unknown[] = [
      ...['', '[]', 'null', '{"type":null}', '{"__proto__":{"type":"SELF_FETCH"}}'],
      ...['__proto__', 'GROUP_CREATE', 'GROUP_FETCH_ALL', 'SUBSCRIBE', 'STATUS', 'x'.repeat(4000)].map((type) => ({
        type,
      })),
      ...['SELF_SUBSCRIBE', 'SELF_UNSUBSCRIBE', 'SERVICE_CREATE', 'SERVICE_DELETE', 'SERVICE_FETCH'].flatMap((type) => [
        { type },
        { type, service: null },
        { type, service: 7 },
        { type, name: 'lab' },
      ]),
      { type: 'SERVICE_CREATE', service: 'lab', nickname: [] },
      { type: 'CLIENT_FETCH' },
      { type: 'SELF_SET_SEQ', seq: '1' },
      { type: 'MESSAGE', target: { type: 'ALL' } },
      { type: 'MESSAGE', target: { type: 'GROUP', group: 'lab' }, data: 1 },
      { type: 'MESSAGE', target: { type: 'SERVICE' }, data: 1 },
      { type: 'MESSAGE', target: { type: 'SERVICE_CLIENT_UUID', service: 'lab' }, data: 1 },
    ];
    const unsupported: readonly object[] = [
      { type: 'IDENTIFY', name: 'eve', version: '0.2.0' },
      { type: 'HELLO', uuid: 'x', version: 'y' },
      ...['SELF_SUBSCRIBE_RESULT', 'SELF_UNSUBSCRIBE_RESULT', 'SERVICE_CREATE_RESULT'].map((type) => ({
        type,
        successful: true,
        service,
      })),
      ...['SERVICE_DELETE_RESULT', 'SERVICE_FETCH_RESULT'].map((type) => ({ type, service })),
      { type: 'SERVICE_FETCH_ALL_RESULT', services: [service] },
      ...['SELF_FETCH_RESULT', 'CLIENT_FETCH_RESULT'].map((type) => ({ type, client, subscriptions: [service] })),
      { type: 'CLIENT_FETCH_ALL_RESULT', clients: [client] },
      ...['CLIENT_JOINED', 'CLIENT_LEFT'].map((type) => ({ type, client })),
      ...['SERVICE_CLIENT_SUBSCRIBED', 'SERVICE_CLIENT_UNSUBSCRIBED'].map((type) => ({ type, client, service })),
      ...['OK', 'BAD', 'ERROR_UNSUPPORTED'].map((type) => ({ type })),
      { type: 'INVALID_NAME', name: 'x' },
      { type: 'INVALID_UUID', uuid: 'x' },
      { type: 'INVALID_SERVICE', service: 'x' },
      ...['ERROR_PROTOCOL', 'ERROR_INTERNAL'].map((type) => ({ type, desc: 'x' })),
    ];
    let seq = 0;
    const answered = async (payload: unknown, type: string): Promise<void> => {
      const answer = await ada.ask(payload);
      expect(answer, JSON.stringify(payload).slice(0, 80)).to.include({ type, seq });
      if (type === 'ERROR_PROTOCOL') expect(answer.desc).to.be.a('string').that.is.not.equal('');
      seq += 1;
    };
    for (const payload of malformed) await answered(payload, 'ERROR_PROTOCOL');
    for (const payload of unsupported) await answered(payload, 'ERROR_UNSUPPORTED');
    // A payload of servers is malformed too if a member is missing.
    for (const { type } of unsupported as { type: string }[]) {
      if (!['OK', 'BAD', 'ERROR_UNSUPPORTED'].includes(type)) await answered({ type }, 'ERROR_PROTOCOL');
    }
    await answered({ type: 'SERVICE_CREATE', service: '' }, 'BAD');
    await answered({ type: 'SERVICE_CREATE', service: 'x'.repeat(257) }, 'BAD');
    expect(await ada.all()).to.deep.equal([]);
  });

  it('other clients are told of every change, each in the form of its version', async () => {
    const ada = await stage.identify('ada', { version: '0.2.0' });
    const old = await stage.identify('old', { version: '0.1.0' });
    await ada.skip();
    const eve = await stage.identify('eve', { version: '0.2.0', nickname: 'Eve', tags: ['a', 'b'] });
    const eveClient = { name: 'eve', nickname: 'Eve', uuid: eve.uuid, tags: ['a', 'b'] };
    expect(await ada.all()).to.deep.equal([{ type: 'CLIENT_JOINED', client: eveClient }]);
    expect(await old.all()).to.deep.equal([{ type: 'STATUS', code: 'CLIENT_JOINED', ...eveClient }]);
    await eve.ask({ type: 'SERVICE_CREATE', service: 'lab' });
    await eve.skip();
    const lab = { name: 'lab', nickname: null, owner_uuid: eve.uuid, subscribers: [] as string[] };
    expect(await ada.all()).to.deep.equal([{ type: 'SERVICE_CREATE_RESULT', successful: true, service: lab }]);
    expect(await old.all()).to.deep.equal([{ type: 'STATUS', code: 'GROUP_CREATED', ...lab, group: 'lab' }]);
    await ada.ask({ type: 'SELF_SUBSCRIBE', service: 'lab' });
    await ada.skip();
    await eve.ask({ type: 'SELF_SUBSCRIBE', service: 'lab' });
    const full = { ...lab, subscribers: [ada.uuid, eve.uuid] };
    const subscribed = { type: 'SERVICE_CLIENT_SUBSCRIBED', client: eveClient, service: full };
    expect(await eve.all(), 'eve is told too, after the answer').to.deep.equal([subscribed]);
    expect(await ada.all()).to.deep.equal([subscribed]);
    await eve.ask({ type: 'SELF_UNSUBSCRIBE', service: 'lab' });
    const alone = { ...lab, subscribers: [ada.uuid] };
    const unsubscribed = { type: 'SERVICE_CLIENT_UNSUBSCRIBED', client: eveClient, service: alone };
    expect(await ada.all()).to.deep.equal([unsubscribed]);
    expect(await eve.all()).to.deep.equal([]);
    eve.send({ type: 'SERVICE_DELETE', service: 'lab' });
    await eve.skip();
    expect(await ada.all()).to.deep.equal([{ type: 'SERVICE_DELETE_RESULT', service: alone }]);
    expect(await old.all()).to.deep.equal([{ type: 'STATUS', code: 'GROUP_DELETED', ...alone, group: 'lab' }]);
    eve.cut();
    expect(await ada.next()).to.deep.equal({ type: 'CLIENT_LEFT', client: eveClient });
    expect(await old.next()).to.deep.equal({ type: 'STATUS', code: 'CLIENT_LEFT', ...eveClient });
  });

  it('a client that leaves is told to the subscribers of its services, and to no others', async () => {
    const ada = await stage.identify('ada', { version: '0.2.0' });
    for (const name of ['lab', 'attic']) {
      await ada.ask({ type: 'SERVICE_CREATE', service: name });
      await ada.skip();
      await ada.ask({ type: 'SELF_SUBSCRIBE', service: name });
    }
    const eve = await stage.identify('eve', { version: '0.2.0' });
    await eve.ask({ type: 'SELF_SUBSCRIBE', service: 'lab' });
    await ada.skip();
    await eve.close();
    const unsubscribed = await ada.next();
    expect(unsubscribed).to.include({ type: 'SERVICE_CLIENT_UNSUBSCRIBED' });
    expect(unsubscribed).to.have.nested.property('service.name', 'lab');
    expect(await ada.next()).to.include({ type: 'CLIENT_LEFT' });
    expect(await ada.all()).to.deep.equal([]);
  });
});
