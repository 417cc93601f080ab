import { expect } from 'chai';
import { rawMember } from '../../../dialects/raw-member.js';
import { nothingRemains, useStage } from './stage.js';
import { stalled } from '../../support/stalled.js';

describe('Concierge data (§7)', () => {
  const stage = useStage();

  for (const data of [
    '12345678901234567890',
    '1.0',
    '-0',
    '1E+2',
    'null',
    '"hello"',
    '"a \\" } ] , \\\\"',
    '"\\\\\\\\"',
    '"\\ud800"',
    '"\\u0041é😀\\/"',
    '{ "a" : [ 1.0 , {"}":"{"} ] }',
    '{"__proto__":{"x":1},"constructor":1,"a":1,"a":2}',
    '[[],{},"",[{"data":7}]]',
    'true',
    '[\n\t1\r ]',
  ]) {
    it(`relays ${JSON.stringify(data)} unchanged`, async () => {
      const ada = await stage.identify('ada');
      const target = '{"type":"NAME","name":"ada","tags":[1]}';
      const forms = [
        `{"type":"MESSAGE","target":${target},"data":${data}}`,
        ` { "data" :\n ${data} , "target":${target},"origin":[{"data":3}],"type":"MESSAGE" } `,
        `{"data":"first","type":"MESSAGE","target":${target},"d\\u0061ta":${data}}`,
      ];
      for (const form of forms) {
        ada.send(form);
        expect(await ada.nextText()).to.equal(
          `{"type":"MESSAGE","origin":{"name":"ada","nickname":null,"uuid":"${ada.uuid}","tags":[],"group":null},` +
            `"target":{"type":"NAME","name":"ada"},"data":${data}}`,
        );
        expect(await ada.next()).to.include({ code: 'MESSAGE_SENT' });
      }
    });
  }

  it('finds the text of a member among others', () => {
    expect(rawMember('{}', 'data')).to.equal(undefined);
    expect(rawMember('{"a":{"data":1}}', 'data')).to.equal(undefined);
    expect(rawMember('{"data ":1,"dat":2}', 'data')).to.equal(undefined);
    expect(rawMember('{"a":[1,2],"data": 3 }', 'data')).to.equal('3');
  });
});

describe('Concierge and hostile input (§8, §11)', () => {
  const stage = useStage({ concierge: { maxRate: 1, maxBurst: 60, maxOwnedGroups: 3 } });
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  it('every malformed payload is answered once, with its number, and the connection stays', async () => {
    const ada = await stage.identify('ada', { version: '0.1.1' });
    const client = { name: 'x', uuid: 'y' };
    const group = { name: 'x', owner_uuid: 'y', subscribers: [] };
    const cases: readonly (readonly [unknown, string])[] = [
      ['', 'PROTOCOL'],
      ['{', 'PROTOCOL'],
      ['[]', 'PROTOCOL'],
      ['null', 'PROTOCOL'],
      ['1', 'PROTOCOL'],
      ['[{"type":"SELF_FETCH"}]', 'PROTOCOL'],
      ['['.repeat(100_000), 'PROTOCOL'],
      [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'PROTOCOL'],
      ['\uFEFF{"type":"SELF_FETCH"}', 'PROTOCOL'],
      [{}, 'PROTOCOL'],
      [{ type: 5 }, 'PROTOCOL'],
      [{ type: '__proto__' }, 'PROTOCOL'],
      [{ type: 'constructor' }, 'PROTOCOL'],
      [{ type: 'x'.repeat(4000) }, 'PROTOCOL'],
      ['{"__proto__":{"type":"SELF_FETCH"}}', 'PROTOCOL'],
      [{ type: 'SERVICE_CREATE', service: 'x' }, 'PROTOCOL'],
      [{ type: 'SELF_SUBSCRIBE' }, 'PROTOCOL'],
      [{ type: 'SELF_SUBSCRIBE', name: null }, 'PROTOCOL'],
      [{ type: 'GROUP_CREATE', name: 7 }, 'PROTOCOL'],
      [{ type: 'GROUP_CREATE', name: 'x', nickname: 7 }, 'PROTOCOL'],
      [{ type: 'GROUP_CREATE', name: '' }, 'BAD'],
      [{ type: 'GROUP_CREATE', name: 'x'.repeat(257) }, 'BAD'],
      [{ type: 'GROUP_CREATE', name: 'a\u202Eb' }, 'BAD'],
      ['{"type":"GROUP_CREATE","name":"\\ud800"}', 'BAD'],
      [{ type: 'GROUP_CREATE', name: 'x', nickname: 'x'.repeat(257) }, 'BAD'],
      [{ type: 'GROUP_CREATE', name: 'x', nickname: 'a\u200Bb' }, 'BAD'],
      [{ type: 'MESSAGE', target: { type: 'ALL' } }, 'PROTOCOL'],
      [{ type: 'MESSAGE', data: 1 }, 'PROTOCOL'],
      [{ type: 'MESSAGE', target: null, data: 1 }, 'PROTOCOL'],
      [{ type: 'MESSAGE', target: [], data: 1 }, 'PROTOCOL'],
      [{ type: 'MESSAGE', target: { type: 'EVERYBODY' }, data: 1 }, 'PROTOCOL'],
      [{ type: 'MESSAGE', target: { type: 'NAME' }, data: 1 }, 'PROTOCOL'],
      [{ type: 'MESSAGE', target: { type: 'SERVICE', service: 'x' }, data: 1 }, 'PROTOCOL'],
      [{ type: 'MESSAGE', target: { type: 'NAME', name: '__proto__' }, data: 1 }, 'NO_SUCH_NAME'],
      [{ type: 'MESSAGE', target: { type: 'UUID', uuid: 'constructor' }, data: 1 }, 'NO_SUCH_UUID'],
      [{ type: 'MESSAGE', target: { type: 'GROUP', group: 'toString' }, data: 1 }, 'NO_SUCH_GROUP'],
      [{ type: 'SELF_SET_SEQ', seq: -1 }, 'PROTOCOL'],
      [{ type: 'SELF_SET_SEQ', seq: 0.5 }, 'PROTOCOL'],
      ['{"type":"SELF_SET_SEQ","seq":1e300}', 'PROTOCOL'],
      [{ type: 'HELLO', uuid: 'x', version: 'y' }, 'UNSUPPORTED'],
      [{ type: 'HELLO' }, 'PROTOCOL'],
      [{ type: 'STATUS', code: 'OK' }, 'UNSUPPORTED'],
      [{ type: 'SELF_FETCH_RESULT', ...client, subscriptions: [] }, 'UNSUPPORTED'],
      [{ type: 'GROUP_FETCH_RESULT', ...group }, 'UNSUPPORTED'],
      [{ type: 'GROUP_FETCH_ALL_RESULT', groups: [group] }, 'UNSUPPORTED'],
      [{ type: 'CLIENT_FETCH_ALL_RESULT', clients: [client] }, 'UNSUPPORTED'],
      [{ type: 'IDENTIFY', name: 'eve', version: '0.1.0' }, 'UNSUPPORTED'],
      [{ type: 'IDENTIFY' }, 'PROTOCOL'],
    ];
    for (const [index, [payload, code]] of cases.entries()) {
      expect(await ada.ask(payload), JSON.stringify(payload).slice(0, 80)).to.include({
        type: 'STATUS',
        code,
        seq: index,
      });
    }
    expect(await ada.ask({ type: 'SELF_FETCH' })).to.include({ seq: cases.length, name: 'ada', uuid: ada.uuid });
  });

  it('names of built-in members are ordinary names of groups', async () => {
    const ada = await stage.identify('ada');
    for (const name of ['__proto__', 'constructor', 'toString']) {
      ada.send({ type: 'GROUP_CREATE', name });
      expect(await ada.next()).to.include({ code: 'GROUP_CREATED', name });
    }
    expect(await ada.ask({ type: 'GROUP_CREATE', name: 'one more' }), 'more than it may own').to.include({
      code: 'BAD',
    });
  });

  it('a flood is closed with 1008, and the name is free', async () => {
    const ada = await stage.identify('ada');
    for (let number = 0; number < 200; number += 1) ada.send({ type: 'SELF_FETCH' });
    expect((await ada.closed).code).to.equal(1008);
    await stage.identify('ada');
  });

  it('a flood of binary frames too', async () => {
    const ada = await stage.identify('ada');
    for (let number = 0; number < 200; number += 1) ada.send(Buffer.from('x'));
    expect((await ada.closed).code).to.equal(1008);
  });

  it('a payload that is too long is closed with 1009, text that is not UTF-8 with 1007; other clients stay', async () => {
    const grace = await stage.identify('grace');
    const ada = await stage.identify('ada');
    ada.send({ type: 'MESSAGE', target: { type: 'NAME', name: 'ada' }, data: 'x'.repeat(65_536) });
    expect(String((await ada.next()).data)).to.have.length(65_536);
    ada.send('x'.repeat(1_048_577));
    expect((await ada.closed).code).to.equal(1009);
    const eve = await stage.identify('eve');
    eve.sendInvalidText();
    expect((await eve.closed).code).to.equal(1007);
    expect(grace.open).to.equal(true);
  });
});

describe('A Concierge client that does not read', () => {
  const stage = useStage({ concierge: { maxQueuedBytes: 100_000 } });

  it('is dropped and leaves; a client that sends to it is always answered', async () => {
    const ada = await stage.identify('ada');
    await stalled(() => stage.identify('slow'));
    expect((await ada.next()).code).to.equal('CLIENT_JOINED');
    const codes: unknown[] = [];
    for (let times = 0; times < 3; times += 1) {
      ada.send({ type: 'MESSAGE', target: { type: 'NAME', name: 'slow' }, data: 'x'.repeat(60_000) });
      codes.push((await ada.next()).code);
    }
    expect(codes.slice(0, 2)).to.deep.equal(['MESSAGE_SENT', 'MESSAGE_SENT']);
    expect(codes[2]).to.be.oneOf(['CLIENT_LEFT', 'NO_SUCH_NAME']);
  });
});
