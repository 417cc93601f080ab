import { expect } from 'chai';
import { Room } from '../../client/index.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';
import { ScriptedServer } from './scripted-server.js';

describe('the pictures of the latest speakers', () => {
  inBrowserWorld();

  it('are asked for, and once more by a page that has joined anew', async () => {
    const asked: unknown[] = [];
    const server = await ScriptedServer.start(({ method, params }) => {
      if (method === 'setLastN') asked.push(params.n);
      if (method === 'joinRoom') return { result: { value: [], sessionId: 'one' } };
      return method === 'connect' ? { error: { code: 40007, message: 'reconnection error' } } : { result: {} };
    });
    const room = await Room.join({ url: server.url, room: 'garden', user: 'ana' });
    await room.setLastN(4);
    expect(asked).to.deep.equal([4]);
    let isBack = false;
    room.on('reconnected', () => (isBack = true));
    room.dropConnection();
    await until('it has joined anew', () => isBack && asked.length === 2);
    expect(asked).to.deep.equal([4, 4]);
    await room.setLastN(undefined);
    expect(asked).to.deep.equal([4, 4, undefined]);
    for (const wrong of [-1, 1.5, '3' as never]) {
      expect(await codeOf(room.setLastN(wrong))).to.equal('invalid-argument');
    }
    expect(asked).to.have.lengthOf(3);
    await room.leave();
    server.stop();
  });
});
