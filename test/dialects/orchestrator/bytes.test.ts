import { expect } from 'chai';
import { OrchestratorStage, nothingRemains } from './orchestrator-stage.js';
import type { OrchestratorClient } from './orchestrator-stage.js';

for (const transport of ['websocket', 'polling']) {
  for (const namespace of ['/orchestrator', '/']) {
    describe(`the Orchestrator’s binary payloads by ${transport} at ${namespace}`, () => {
      const stage = new OrchestratorStage();
      let ada: OrchestratorClient;
      let bob: OrchestratorClient;
      before(() => stage.start());
      after(async () => {
        await stage.empty();
        expect(stage.remains).to.deep.equal(nothingRemains);
        await stage.stop();
      });
      before(async () => {
        [ada, bob] = [await stage.connect(namespace, [transport]), await stage.connect(namespace, [transport])];
        for (const client of [ada, bob]) {
          const { userId } = await client.get('LOGIN', { userName: client === ada ? 'ada' : 'bob' });
          client.userId = userId as string;
        }
        await bob.get('JOIN_SESSION', { sessionId: await ada.makes('demo') });
        await ada.next();
        await bob.get('REGISTER_FOR_DATA_STREAM', ada.userId, 'k');
      });

      const bytes = Buffer.from([0, 1, 127, 128, 255]);

      for (const [what, data] of [
        ['every value of a byte', Buffer.from(Array.from({ length: 256 }, (_, index) => index))],
        ['none', Buffer.alloc(0)],
        ['two million', Buffer.alloc(2_000_000, 0xa5)],
      ] as const) {
        it(`arrive as bytes in data streams and scene events: ${what}`, async () => {
          ada.socket.emit('SEND_DATA', 'k', data);
          expect(await bob.next()).to.deep.equal(['DataReceived', ada.userId, 'k', data]);
          ada.socket.emit('SEND_SCENE_EVENT_TO_USER', bob.userId, data);
          const event = { sceneEventFrom: ada.userId, sceneEventData: data };
          expect(await bob.next()).to.deep.equal(['SceneEventToUser', event]);
          bob.socket.emit('SEND_SCENE_EVENT_TO_MASTER', data);
          const back = { sceneEventFrom: bob.userId, sceneEventData: data };
          expect(await ada.next()).to.deep.equal(['SceneEventToMaster', back]);
        });
      }

      it('arrive within other values, in messages too', async () => {
        const message = { list: [bytes, { deep: bytes }], text: 'x' };
        await ada.get('SEND_MESSAGE', { userId: bob.userId, message });
        await ada.get('SEND_MESSAGE_TO_ALL', { message });
        const said = ['MessageSent', { messageFrom: ada.userId, messageFromName: 'ada', message }];
        expect([await bob.next(), await bob.next()]).to.deep.equal([said, said]);
        ada.socket.emit('SEND_DATA', 'k', message);
        expect(await bob.next()).to.deep.equal(['DataReceived', ada.userId, 'k', message]);
      });

      it('come back in a commandId', async () => {
        expect((await ada.ask('GET_SESSIONS', { commandId: bytes })).commandId).to.deep.equal(bytes);
      });
    });
  }
}
