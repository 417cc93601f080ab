import { expect } from 'chai';
import { nothingRemains, useStage } from './stage.js';

describe('Concierge 0.1 answers, by spelling (§6, §13)', () => {
  const stage = useStage();
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  for (const [version, subscribed, unsubscribed, unsupported] of [
    ['0.1.0', 'SUBSCRIBED', 'UNSUBSCRIBED', 'UNSUPORTED'],
    ['0.1.1', 'SELF_SUBSCRIBED', 'SELF_UNSUBSCRIBED', 'UNSUPPORTED'],
    ['0.1.9', 'SELF_SUBSCRIBED', 'SELF_UNSUBSCRIBED', 'UNSUPPORTED'],
  ] as const) {
    it(`a client of ${version} gets every answer in its spelling`, async () => {
      const ada = await stage.identify('ada', { version, nickname: 'Ada "L."', tags: ['viewer'] });
      const client = { name: 'ada', nickname: 'Ada "L."', uuid: ada.uuid, tags: ['viewer'] };
      const lab = { name: 'lab', nickname: 'The lab', owner_uuid: ada.uuid, subscribers: [] as string[] };
      const full = { ...lab, subscribers: [ada.uuid] };
      const group = 'lab';
      const status = (code: string, members: object = {}): object => ({ type: 'STATUS', code, ...members });
      const unknown = status('NO_SUCH_GROUP', { group: 'attic', name: 'attic' });
      const subscriptions = version === '0.1.0' ? ['lab'] : [full];
      const conversation: readonly (readonly [object, object])[] = [
        [{ type: 'GROUP_CREATE', name: 'lab', nickname: 'The lab' }, status('GROUP_CREATED', { ...lab, group })],
        [{ type: 'GROUP_CREATE', group, nickname: 'other' }, status('GROUP_ALREADY_CREATED', { ...lab, group })],
        [{ type: 'SELF_SUBSCRIBE', name: 'lab' }, status(subscribed, { ...full, group })],
        [{ type: 'SELF_SUBSCRIBE', group }, status(subscribed, { ...full, group })],
        [{ type: 'SELF_SUBSCRIBE', name: 'attic' }, unknown],
        [{ type: 'SELF_FETCH' }, { type: 'SELF_FETCH_RESULT', ...client, subscriptions }],
        [
          { type: 'GROUP_FETCH', name: 'lab' },
          { type: 'GROUP_FETCH_RESULT', ...full },
        ],
        [{ type: 'GROUP_FETCH', name: 'attic' }, unknown],
        [{ type: 'GROUP_FETCH_ALL' }, { type: 'GROUP_FETCH_ALL_RESULT', groups: [full] }],
        [{ type: 'CLIENT_FETCH_ALL' }, { type: 'CLIENT_FETCH_ALL_RESULT', clients: [client] }],
        [{ type: 'SELF_UNSUBSCRIBE', name: 'lab' }, status(unsubscribed, { ...lab, group })],
        [{ type: 'SELF_UNSUBSCRIBE', group }, status(unsubscribed, { ...lab, group })],
        [{ type: 'SELF_UNSUBSCRIBE', name: 'attic' }, unknown],
        [{ type: 'HELLO', uuid: 'x', version: '0.1.0' }, status(unsupported)],
        [{ type: 'GROUP_DELETE', group }, status('GROUP_DELETED', { ...lab, group })],
        [{ type: 'GROUP_DELETE', name: 'lab' }, status('NO_SUCH_GROUP', { group: 'lab', name: 'lab' })],
        [{ type: 'GROUP_CREATE', name: 'lab' }, status('GROUP_CREATED', { ...lab, group, nickname: null })],
        [{ type: 'SELF_FETCH' }, { type: 'SELF_FETCH_RESULT', ...client, subscriptions: [] }],
      ];
      for (const [index, [request, answer]] of conversation.entries()) {
        expect(await ada.ask(request)).to.deep.equal({ seq: index, ...answer });
      }
      expect(await ada.ask({ type: 'SELF_SET_SEQ', seq: 700 })).to.deep.equal({ seq: 700, type: 'STATUS', code: 'OK' });
      expect(await ada.ask({ type: 'SELF_FETCH' })).to.include({ seq: 701 });
      expect(await ada.all()).to.deep.equal([]);
    });
  }

  for (const version of ['0.1.0', '0.1.1']) {
    it(`a client of July 2020 that calls itself ${version} is served in its own words`, async () => {
      const ada = await stage.identify('ada', { version });
      const group = 'lab';
      const client = { name: 'ada', nickname: null, uuid: ada.uuid, tags: [] };
      const conversation: readonly (readonly [object, object])[] = [
        [
          { type: 'GROUP_CREATE', group },
          { type: 'STATUS', code: 'GROUP_CREATED', group },
        ],
        [{ type: 'FETCH_GROUPS' }, { type: 'GROUPS', groups: [group] }],
        [{ type: 'FETCH_GROUP_LIST' }, { type: 'GROUPS', groups: [group] }],
        [
          { type: 'FETCH_GROUP_SUBSCRIBERS', group },
          { type: 'GROUP_SUBSCRIBERS', group, clients: [] },
        ],
        [
          { type: 'SUBSCRIBE', group },
          { type: 'STATUS', code: 'SUBSCRIBED', group },
        ],
        [
          { type: 'FETCH_GROUP_SUBSCRIBERS', group },
          { type: 'GROUP_SUBSCRIBERS', group, clients: [client] },
        ],
        [{ type: 'FETCH_SUBSCRIPTIONS' }, { type: 'SUBSCRIPTIONS', groups: [group] }],
        [{ type: 'FETCH_CLIENTS' }, { type: 'CLIENTS', clients: [client] }],
        [
          { type: 'UNSUBSCRIBE', group },
          { type: 'STATUS', code: 'UNSUBSCRIBED', group },
        ],
        [
          { type: 'FETCH_GROUP_SUBSCRIBERS', group: 'attic' },
          { type: 'STATUS', code: 'NO_SUCH_GROUP', group: 'attic' },
        ],
        [
          { type: 'GROUP_DELETE', group },
          { type: 'STATUS', code: 'GROUP_DELETED', group },
        ],
      ];
      for (const [seq, [request, answer]] of conversation.entries()) {
        expect(await ada.ask(request)).to.deep.include({ seq, ...answer });
      }
    });
  }

  it('a client of July 2020 that calls itself 0.1.1 is told in its own words that its group has ended', async () => {
    const ada = await stage.identify('ada', { version: '0.1.1' });
    const grace = await stage.identify('grace', { version: '0.1.1' });
    const eve = await stage.identify('eve', { version: '0.1.1' });
    await ada.ask({ type: 'GROUP_CREATE', group: 'lab' });
    await grace.skip();
    await grace.ask({ type: 'SUBSCRIBE', group: 'lab' });
    await eve.skip();
    await eve.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    await ada.skip();
    await ada.ask({ type: 'GROUP_DELETE', group: 'lab' });
    expect(await grace.next()).to.include({ type: 'STATUS', code: 'UNSUBSCRIBED', group: 'lab' });
    expect(await eve.next()).to.include({ type: 'STATUS', code: 'SELF_UNSUBSCRIBED', group: 'lab' });
  });

  for (const version of ['0.1.0', undefined]) {
    it(`a client of June 2020 ${version === undefined ? 'without version' : 'of 0.1.0'} is served in its own words`, async () => {
      const grace = await stage.identify('grace', { version: '0.1.1' });
      const ada = await stage.connect();
      ada.send({ operation: 'IDENTIFY', name: 'ada', version });
      const { uuid, ...hello } = await ada.next();
      expect(hello).to.deep.equal({ operation: 'HELLO', version: '0.1.0' });
      await grace.skip();
      const group = 'lab';
      const client = { name: 'ada', nickname: null, uuid, tags: [] };
      const other = { name: 'grace', nickname: null, uuid: grace.uuid, tags: [] };
      const status = (code: number, data?: string): object => ({
        operation: 'STATUS',
        code,
        ...(data !== undefined && { data }),
      });
      const conversation: readonly (readonly [object, object])[] = [
        [{ operation: 'CREATE_GROUP', group }, status(2004, group)],
        [{ operation: 'CREATE_GROUP', group }, status(4003, group)],
        [{ operation: 'SUBSCRIBE', group }, status(2002, group)],
        [{ operation: 'SUBSCRIBE', group: 'attic' }, status(4006, 'attic')],
        [{ operation: 'FETCH_GROUP_LIST' }, { operation: 'GROUP_LIST', groups: [group] }],
        [
          { operation: 'FETCH_GROUP_SUBS', group },
          { operation: 'GROUP_SUBS', group, clients: [client] },
        ],
        [{ operation: 'FETCH_SUBS' }, { operation: 'SUBS', groups: [group] }],
        [{ operation: 'FETCH_CLIENT_LIST' }, { operation: 'CLIENT_LIST', clients: [other, client] }],
        [{ operation: 'MESSAGE', target: { type: 'NAME', name: 'eve' }, data: 1 }, status(4004, 'eve')],
        [{ operation: 'MESSAGE', target: { type: 'NAME', name: 'grace' }, data: [1] }, status(2001)],
        [{ operation: 'HELLO' }, status(4001)],
        [{ type: 'FETCH_SUBS' }, status(4002, '"operation" is missing: it must be text')],
        [{ operation: 'UNSUBSCRIBE', group }, status(2003, group)],
        [{ operation: 'DELETE_GROUP', group }, status(2005, group)],
      ];
      for (const [request, answer] of conversation) {
        ada.send(request);
        expect(await ada.next(), JSON.stringify(request)).to.deep.equal(answer);
      }
      ada.send({ operation: 'BROADCAST', data: { a: 1 } });
      expect(await ada.next()).to.deep.equal({ operation: 'BROADCAST', origin: client, data: { a: 1 } });
      expect(await ada.next()).to.deep.equal(status(2001));
      const origin = { ...client, group: null };
      const heard = await grace.all();
      expect(heard.map(({ type, code }) => code ?? type)).to.deep.equal([
        'GROUP_CREATED',
        'MESSAGE',
        'GROUP_DELETED',
        'MESSAGE',
      ]);
      expect(heard.filter(({ type }) => type === 'MESSAGE')).to.deep.equal([
        { type: 'MESSAGE', origin, target: { type: 'NAME', name: 'grace' }, data: [1] },
        { type: 'MESSAGE', origin, target: { type: 'ALL' }, data: { a: 1 } },
      ]);
      await grace.ask({ type: 'MESSAGE', target: { type: 'ALL' }, data: 'hello' });
      await grace.ask({ type: 'MESSAGE', target: { type: 'UUID', uuid }, data: 'you' });
      await grace.close();
      expect(await ada.all()).to.deep.equal([
        { operation: 'BROADCAST', origin: other, data: 'hello' },
        { operation: 'MESSAGE', origin: other, target: { type: 'UUID', uuid }, data: 'you' },
        { operation: 'CLIENT_LEAVE', ...other },
      ]);
    });
  }

  it('a client of June 2020 that names version 0.2 is turned away', async () => {
    const ada = await stage.connect();
    ada.send({ operation: 'IDENTIFY', name: 'ada', version: '0.2.0' });
    expect(await ada.closed).to.include({ code: 4007 });
  });

  it('messages go to a name, a uuid, the subscribers and everybody; a message to its sender comes before the answer', async () => {
    const ada = await stage.identify('ada');
    const grace = await stage.identify('grace', { version: '0.1.1' });
    await ada.ask({ type: 'GROUP_CREATE', name: 'lab' });
    await ada.skip();
    await grace.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    await grace.skip();
    const tell = (target: object): void => {
      ada.send({ type: 'MESSAGE', target, data: target });
    };
    for (const target of [
      { type: 'NAME', name: 'grace' },
      { type: 'UUID', uuid: grace.uuid },
      { type: 'UUID', uuid: grace.uuid.toUpperCase() },
      { type: 'GROUP', group: 'lab' },
      { type: 'ALL' },
    ]) {
      tell(target);
      expect(await grace.next()).to.deep.include({ type: 'MESSAGE', target, data: target });
      const heard = await ada.next();
      expect(heard.type).to.equal(target.type === 'ALL' ? 'MESSAGE' : 'STATUS');
      if (target.type === 'ALL') expect(await ada.next()).to.include({ code: 'MESSAGE_SENT' });
    }
    tell({ type: 'NAME', name: 'eve' });
    expect(await ada.next()).to.deep.include({ code: 'NO_SUCH_NAME', name: 'eve' });
    tell({ type: 'UUID', uuid: 'no uuid' });
    expect(await ada.next()).to.deep.include({ code: 'NO_SUCH_UUID', uuid: 'no uuid' });
    tell({ type: 'GROUP', group: 'attic' });
    expect(await ada.next()).to.deep.include({ code: 'NO_SUCH_GROUP', group: 'attic', name: 'attic' });
  });

  it('a deleted group is told to the deleting client once, to subscribers that they are out, and then to all that it is deleted', async () => {
    const ada = await stage.identify('ada');
    const grace = await stage.identify('grace', { version: '0.1.1' });
    const eve = await stage.identify('eve');
    await grace.ask({ type: 'GROUP_CREATE', name: 'lab' });
    for (const each of [ada, eve, grace]) await each.skip();
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    await grace.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    expect(await ada.ask({ type: 'GROUP_DELETE', name: 'lab' })).to.deep.equal({ seq: 1, type: 'STATUS', code: 'BAD' });
    const lab = { name: 'lab', nickname: null, owner_uuid: grace.uuid, subscribers: [ada.uuid, grace.uuid] };
    grace.send({ type: 'GROUP_DELETE', name: 'lab' });
    expect(await grace.next()).to.deep.equal({ type: 'STATUS', code: 'SELF_UNSUBSCRIBED', ...lab, group: 'lab' });
    expect(await grace.next()).to.deep.equal({ seq: 2, type: 'STATUS', code: 'GROUP_DELETED', ...lab, group: 'lab' });
    expect(await grace.all()).to.deep.equal([]);
    expect(await ada.all()).to.deep.equal([
      { type: 'STATUS', code: 'UNSUBSCRIBED', ...lab, group: 'lab' },
      { type: 'STATUS', code: 'GROUP_DELETED', ...lab, group: 'lab' },
    ]);
    expect(await eve.all()).to.deep.equal([{ type: 'STATUS', code: 'GROUP_DELETED', ...lab, group: 'lab' }]);
  });
});

describe('Concierge 0.2 (§14)', () => {
  const stage = useStage();
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  it('every request has its own answer; a client that creates or deletes is told like the others, before the answer', async () => {
    const ada = await stage.identify('ada', { version: '0.2.0' });
    const client = { name: 'ada', nickname: null, uuid: ada.uuid, tags: [] };
    const lab = { name: 'lab', nickname: 'The lab', owner_uuid: ada.uuid, subscribers: [] as string[] };
    const full = { ...lab, subscribers: [ada.uuid] };
    const made = { type: 'SERVICE_CREATE_RESULT', successful: true, service: lab };
    const attic = { type: 'INVALID_SERVICE', service: 'attic' };
    const whole = { client, subscriptions: [full] };
    const conversation: readonly (readonly [object, object[], object, object[]])[] = [
      [{ type: 'SERVICE_CREATE', service: 'lab', nickname: 'The lab' }, [made], made, []],
      [{ type: 'SERVICE_CREATE', service: 'lab' }, [], { ...made, successful: false }, []],
      [
        { type: 'SELF_SUBSCRIBE', service: 'lab' },
        [],
        { type: 'SELF_SUBSCRIBE_RESULT', successful: true, service: full },
        [{ type: 'SERVICE_CLIENT_SUBSCRIBED', client, service: full }],
      ],
      [
        { type: 'SELF_SUBSCRIBE', service: 'lab' },
        [],
        { type: 'SELF_SUBSCRIBE_RESULT', successful: false, service: full },
        [],
      ],
      [{ type: 'SELF_SUBSCRIBE', service: 'attic' }, [], attic, []],
      [{ type: 'SELF_FETCH' }, [], { type: 'SELF_FETCH_RESULT', ...whole }, []],
      [{ type: 'CLIENT_FETCH', uuid: ada.uuid }, [], { type: 'CLIENT_FETCH_RESULT', ...whole }, []],
      [{ type: 'CLIENT_FETCH', uuid: 'x' }, [], { type: 'INVALID_UUID', uuid: 'x' }, []],
      [{ type: 'SERVICE_FETCH', service: 'lab' }, [], { type: 'SERVICE_FETCH_RESULT', service: full }, []],
      [{ type: 'SERVICE_FETCH', service: 'attic' }, [], attic, []],
      [{ type: 'SERVICE_FETCH_ALL' }, [], { type: 'SERVICE_FETCH_ALL_RESULT', services: [full] }, []],
      [{ type: 'CLIENT_FETCH_ALL' }, [], { type: 'CLIENT_FETCH_ALL_RESULT', clients: [client] }, []],
      [
        { type: 'SELF_UNSUBSCRIBE', service: 'lab' },
        [],
        { type: 'SELF_UNSUBSCRIBE_RESULT', successful: true, service: lab },
        [],
      ],
      [
        { type: 'SELF_UNSUBSCRIBE', service: 'lab' },
        [],
        { type: 'SELF_UNSUBSCRIBE_RESULT', successful: false, service: lab },
        [],
      ],
      [{ type: 'IDENTIFY', name: 'x', version: 'y' }, [], { type: 'ERROR_UNSUPPORTED' }, []],
      [{ type: 'OK' }, [], { type: 'ERROR_UNSUPPORTED' }, []],
      [
        { type: 'GROUP_CREATE', name: 'x' },
        [],
        { type: 'ERROR_PROTOCOL', desc: 'there is no type "GROUP_CREATE"' },
        [],
      ],
      [{ type: 'MESSAGE', target: { type: 'NAME', name: 'x' }, data: 1 }, [], { type: 'INVALID_NAME', name: 'x' }, []],
      [
        { type: 'SERVICE_DELETE', service: 'lab' },
        [{ type: 'SERVICE_DELETE_RESULT', service: lab }],
        { type: 'SERVICE_DELETE_RESULT', service: lab },
        [],
      ],
      [{ type: 'SERVICE_DELETE', service: 'attic' }, [], attic, []],
    ];
    for (const [seq, [request, before, answer, after]] of conversation.entries()) {
      ada.send(request);
      for (const notice of before) expect(await ada.next()).to.deep.equal(notice);
      expect(await ada.next()).to.deep.equal({ seq, ...answer });
      for (const notice of after) expect(await ada.next()).to.deep.equal(notice);
    }
    expect(await ada.ask({ type: 'SELF_SET_SEQ', seq: 7 })).to.deep.equal({ seq: 7, type: 'OK' });
    expect(await ada.all()).to.deep.equal([]);
  });

  it('a service sends to its subscribers, and they only to it; others get BAD', async () => {
    const owner = await stage.identify('owner', { version: '0.2.0' });
    const ada = await stage.identify('ada', { version: '0.2.0' });
    const old = await stage.identify('old', { version: '0.1.1' });
    const all = [owner, ada, old];
    await owner.ask({ type: 'SERVICE_CREATE', service: 'lab' });
    await old.skip();
    await ada.skip();
    const message = { type: 'MESSAGE', target: { type: 'SERVICE', service: 'lab' }, data: 1 };
    expect(await ada.ask(message)).to.include({ type: 'BAD' });
    await ada.ask({ type: 'SELF_SUBSCRIBE', service: 'lab' });
    await old.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    for (const each of all) await each.skip();
    expect(await ada.ask(message)).to.include({ type: 'OK' });
    expect(await owner.next()).to.have.nested.property('origin.service.name', 'lab');
    expect(await owner.ask(message)).to.include({ type: 'OK' });
    expect(await ada.next()).to.deep.include({ type: 'MESSAGE', target: message.target });
    const heard = await old.next();
    expect(heard).to.deep.include({ type: 'MESSAGE', target: { type: 'GROUP', group: 'lab' } });
    expect(heard).to.have.nested.property('origin.group.name', 'lab');
    const toOne = { type: 'SERVICE_CLIENT_UUID', service: 'lab', uuid: ada.uuid };
    expect(await owner.ask({ ...message, target: toOne })).to.include({ type: 'OK' });
    expect(await ada.next()).to.deep.include({ type: 'MESSAGE', target: toOne });
    expect(await ada.ask({ ...message, target: toOne })).to.include({ type: 'BAD' });
    expect(await ada.ask({ type: 'SERVICE_DELETE', service: 'lab' })).to.include({ type: 'BAD' });
    old.cut();
    expect(await ada.next()).to.include({ type: 'SERVICE_CLIENT_UNSUBSCRIBED' });
    expect(await ada.next()).to.include({ type: 'CLIENT_LEFT' });
    await owner.skip();
    owner.cut();
    expect((await ada.next()).type).to.equal('SERVICE_DELETE_RESULT');
    expect((await ada.next()).type).to.equal('CLIENT_LEFT');
  });
});
