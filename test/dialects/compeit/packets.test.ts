import { expect } from 'chai';
import { ackPacket, decodeEvent, decodePacket, eventPacket } from '../../../dialects/compeit/transport/packet.js';
import { decodePayload, encodePayload } from '../../../dialects/compeit/transport/payload.js';

describe('COMPEIT §2.3 packets', () => {
  const plain = { id: '', ackWithData: false, endpoint: '', data: '' };
  const room = '/connection_agent';
  const readable: [string, object][] = [
    ['0', { ...plain, type: 'disconnect' }],
    ['0::', { ...plain, type: 'disconnect' }],
    [`0::${room}`, { ...plain, type: 'disconnect', endpoint: room }],
    [`1::${room}?colour=red`, { ...plain, type: 'connect', endpoint: room }],
    ['2::', { ...plain, type: 'heartbeat' }],
    ['2:', undefined as never],
    ['3:::a:b\n::c', { ...plain, type: 'message', data: 'a:b\n::c' }],
    ['4:1::{}', { ...plain, type: 'json', id: '1', data: '{}' }],
    [
      `5:123456789012345+:${room}:{}`,
      { type: 'event', id: '123456789012345', ackWithData: true, endpoint: room, data: '{}' },
    ],
    ['6:::3+[null]', { ...plain, type: 'ack', data: '3+[null]' }],
    ['7:::1+0', { ...plain, type: 'error', data: '1+0' }],
    ['8::', { ...plain, type: 'noop' }],
  ];
  for (const [text, packet] of readable.filter(([, packet]) => packet as unknown)) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(decodePacket(text)).to.deep.equal(packet);
    });
  }

  it('takes nothing else for a packet', () => {
    for (const text of [
      '',
      '2:',
      '9::',
      '-1::',
      '5',
      ':::',
      'x',
      '5:1234567890123456::{}',
      '5:+1::{}',
      ' 5:::{}',
      '55:::{}',
    ]) {
      expect(decodePacket(text), text).to.equal(undefined);
    }
  });

  it('reads events, with and without arguments, and nothing else', () => {
    expect(decodeEvent('{"name":"x"}')).to.deep.equal({ name: 'x', args: [] });
    expect(decodeEvent('{"name":"x","args":[1,"a:b"]}')).to.deep.equal({ name: 'x', args: [1, 'a:b'] });
    for (const data of [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{}',
      '{"name":5}',
      '{"name":"x","args":{}}',
      '{"name":"x","args":null}',
    ]) {
      expect(decodeEvent(data), data).to.equal(undefined);
    }
  });

  it('writes events and acknowledgements', () => {
    expect(eventPacket(room, 'x', [{ a: 1 }])).to.equal(`5::${room}:{"name":"x","args":[{"a":1}]}`);
    expect(eventPacket(room, 'x', [])).to.equal(`5::${room}:{"name":"x"}`);
    const packet = { ...plain, type: 'event', id: '3' } as const;
    expect(ackPacket(packet)).to.equal('6:::3');
    expect(ackPacket({ ...packet, ackWithData: true })).to.equal('6:::3+[null]');
  });
});

describe('COMPEIT §2.5 several packets in one body', () => {
  const mark = '\ufffd';

  it('come out as they went in, counted in UTF-16 code units', () => {
    for (const packets of [['5:::😀'], ['5:::😀ü', '2::', `3:::${mark}7${mark}`], Array<string>(50).fill('8::')]) {
      expect(decodePayload(encodePayload(packets))).to.deep.equal(packets);
    }
    expect(encodePayload(['3:::😀', '2::'])).to.equal(`${mark}6${mark}3:::😀${mark}3${mark}2::`);
  });

  it('are dropped as a whole when the framing is inconsistent', () => {
    for (const body of [
      mark,
      `${mark}3`,
      `${mark}9${mark}2::`,
      `${mark}x${mark}2::`,
      `${mark}3${mark}2::2::`,
      `${mark}-1${mark}`,
      `${mark}${mark}2::`,
    ]) {
      expect(decodePayload(body), body).to.equal(undefined);
    }
  });
});
