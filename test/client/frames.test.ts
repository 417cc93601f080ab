import { expect } from 'chai';
import { readFrame } from '../../client/frames.js';

const frame = (content: object): string => JSON.stringify({ jsonrpc: '2.0', ...content });

describe('a frame, as the client reads it', () => {
  it('is a result, an error, or a notification it knows', () => {
    expect(readFrame(frame({ id: 0, result: { value: 'pong' } }))).to.deep.equal({
      type: 'result',
      id: 0,
      result: { value: 'pong' },
    });
    expect(readFrame(frame({ id: 3, error: { code: 104, message: 'taken' } }))).to.deep.equal({
      type: 'error',
      id: 3,
      code: 104,
      message: 'taken',
    });
    expect(readFrame(frame({ method: 'participantLeft', params: { name: 'ana' } }))).to.deep.equal({
      type: 'notification',
      notification: { method: 'participantLeft', params: { name: 'ana' } },
    });
  });

  it('is ignored when it is no JSON-RPC 2.0', () => {
    const broken = [
      '',
      '{',
      '[]',
      'null',
      '7',
      '{"id":1,"result":{}}',
      frame({ id: 'x', result: {} }),
      frame({ id: 1 }),
    ];
    for (const text of broken) expect(readFrame(text), text).to.equal(undefined);
    expect(readFrame(new ArrayBuffer(3))).to.equal(undefined);
  });

  it('is ignored when the notification is unknown or lacks a member', () => {
    const broken = [
      frame({ method: 'custonNotification', params: {} }),
      frame({ method: 'toString', params: {} }),
      frame({ method: 'participantLeft', params: { id: 'ana' } }),
      frame({ method: 'participantPublished', params: { id: 'ana', streams: 'webcam' } }),
      frame({ method: 'participantJoined', params: [] }),
      frame({ method: 'participantJoined', params: { id: 'ana', streams: 'webcam' } }),
      frame({ method: 'participantUpdated', params: { id: 'ana', attributes: { mood: 7 } } }),
      frame({ method: 'grantsChanged', params: { grants: { canPublish: true } } }),
      frame({ method: 'participantJoined' }),
    ];
    for (const text of broken) expect(readFrame(text), text).to.deep.equal({ type: 'ignored' });
  });
});
