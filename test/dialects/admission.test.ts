import { expect } from 'chai';
import { io } from 'socket.io-client';
import { RoomError } from '../../rooms/index.js';
import type { AccessRequest } from '../../rooms/index.js';
import { defectsLog } from '../support/defects-log.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';
import { Page } from './compeit/page.js';
import { ConciergeClient } from './concierge/concierge-client.js';
import { TestClient } from './easyrtc/test-client.js';
import { OrchestratorClient } from './orchestrator/orchestrator-stage.js';

/** The room that needs admission; others are open to everybody. */
const hall = 'hall';

/** A client of one protocol that wants to join the hall. */
interface Guest {
  /** Resolves with the answer: `joined`, or the code of the refusal. */
  join(): Promise<unknown>;
  /** Says a text to the hall without waiting for the answer. */
  say(text: string): void;
  cut(): void;
}

const doors: Record<string, (url: string) => Promise<Guest>> = {
  'kurento-room': async (url) => {
    const client = await RpcClient.connect(`${url}/`);
    return {
      join: async () => {
        const { error } = await client.call('joinRoom', { user: 'guest', room: hall });
        return error?.code ?? 'joined';
      },
      say: (message) => {
        const params = { message, userMessage: 'guest', roomMessage: hall };
        client.send({ jsonrpc: '2.0', method: 'sendMessage', params });
      },
      cut: () => {
        client.cut();
      },
    };
  },
  easyrtc: async (url) => {
    const client = await TestClient.connect(url, {});
    await client.authenticate({ username: 'guest' });
    return {
      join: async () => {
        const reply = await client.command('roomJoin', { roomJoin: { [hall]: { roomName: hall } } });
        return reply.msgType === 'roomData' ? 'joined' : reply.msgData?.errorCode;
      },
      say: (msgData) => {
        client.socket.emit('easyrtcMsg', { msgType: 'message', msgData, targetRoom: hall }, () => undefined);
      },
      cut: () => {
        client.cut();
      },
    };
  },
  orchestrator: async (url) => {
    const options = { forceNew: true, reconnection: false, transports: ['websocket'] };
    const client = new OrchestratorClient(io(`${url}/orchestrator`, options));
    await client.connected;
    await client.get('Login', { userName: 'guest' });
    const sessions = Object.values(await client.get('GetSessions')) as { sessionId: string; sessionName: string }[];
    const sessionId = sessions.find(({ sessionName }) => sessionName === hall)?.sessionId;
    return {
      join: async () => (await client.code('JoinSession', { sessionId })) || 'joined',
      say: (message) => {
        client.socket.emit('SendMessageToAll', { message });
      },
      cut: () => {
        client.socket.disconnect();
      },
    };
  },
  concierge: async (url) => {
    const client = await ConciergeClient.connect(`${url}/`, 'ws', ['ert-concierge'], {});
    await client.identify({ name: 'guest', version: '0.1.0' });
    return {
      join: async () => {
        const answer = await client.ask({ type: 'SELF_SUBSCRIBE', name: hall });
        return answer.code === 'SUBSCRIBED' ? 'joined' : answer.code;
      },
      say: (data) => {
        client.send({ type: 'MESSAGE', target: { type: 'GROUP', group: hall }, data });
      },
      cut: () => {
        client.cut();
      },
    };
  },
  compeit: async (url) => {
    const page = await Page.connect(url);
    return {
      join: async () => {
        page.emit('join_room', { room: hall });
        await until('an answer', () =>
          page.events.some(({ name }) => ['room_joined', 'server_message'].includes(name)),
        );
        const { args } = page.events.find(({ name }) => name === 'server_message') ?? {};
        return args ? (args[0] as { data: { code: string } }).data.code : 'joined';
      },
      say: (data) => {
        page.emit('room_message', { type: 'chat', data });
      },
      cut: () => {
        page.cut();
      },
    };
  },
};

/** The answer to a guest that is refused with `room-refused`, in each dialect. */
const refusals: Record<string, unknown> = {
  'kurento-room': 204,
  easyrtc: 'MSG_REJECT_BAD_ROOM',
  orchestrator: 404,
  concierge: 'BAD',
  compeit: 'forbidden',
};

describe('a join that has to be admitted', () => {
  const asked: AccessRequest[] = [];
  const defects: unknown[] = [];
  let admit: (request: AccessRequest) => Promise<undefined> | undefined = () => undefined;
  const stage = new ServiceStage(
    {},
    {
      log: defectsLog((message, fields) => defects.push({ message, ...fields })),
      authorize: (request) =>
        request.room === hall && request.attributes.displayName !== 'host' ? admit(request) : undefined,
    },
  );
  let host: RpcClient;

  /** Holds every request until the function that is returned is called. */
  function holdAdmission(): (error?: Error) => void {
    let answer: (error?: Error) => void = () => undefined;
    const answered = new Promise<undefined>((resolve, reject) => {
      answer = (error) => {
        if (error) reject(error);
        else resolve(undefined);
      };
    });
    admit = (request) => {
      asked.push(request);
      return answered;
    };
    return answer;
  }

  /** The notifications of the host, in short. */
  async function heard(): Promise<string[]> {
    // Waits for the turns that a request of another connection may need.
    for (let trip = 0; trip < 3; trip += 1) await host.settle();
    return host.notifications.map(({ method = '', params }) =>
      method === 'sendMessage' ? `${method} ${String(params?.message)}` : method,
    );
  }

  before(() => stage.start());
  after(() => stage.stop());
  beforeEach(async () => {
    asked.length = 0;
    admit = () => undefined;
    host = await RpcClient.connect(`${stage.origin}/`);
    await host.request('joinRoom', { user: 'host', room: hall });
  });
  afterEach(async () => {
    host.cut();
    await host.closed;
    stage.rooms.close('the test is over');
    expect(defects).to.deep.equal([]);
  });

  for (const [name, arrive] of Object.entries(doors)) {
    const connections = (): number =>
      stage.service.dialects.find((dialect) => dialect.name === name)?.state.connections ?? 0;

    describe(`at the door of ${name}`, () => {
      it('does not happen when the client disconnects meanwhile: nothing remains, and nobody is told', async () => {
        const before = connections();
        const guest = await arrive(stage.origin);
        await host.settle();
        const answer = holdAdmission();
        guest.join().catch(() => undefined);
        await until('it is asked', () => asked.length > 0);
        const told = await heard();
        guest.cut();
        await until('the client has gone', () => connections() === before);
        answer();
        expect(await heard()).to.deep.equal(told);
        expect(stage.rooms.find(hall)?.size).to.equal(1);
      });

      for (const [how, hold] of [
        ['is asked for a while', true],
        ['is admitted at once', false],
      ] as const) {
        it(`and ${how} comes before the text that the client sends directly after it`, async () => {
          const guest = await arrive(stage.origin);
          const answer = hold ? holdAdmission() : () => undefined;
          const joined = guest.join();
          guest.say('one');
          guest.say('two');
          if (hold) await until('it is asked', () => asked.length > 0);
          if (hold) expect(await heard()).to.deep.equal([]);
          answer();
          expect(await joined).to.equal('joined');
          await until('all is told', async () => (await heard()).length === 3);
          expect(await heard()).to.deep.equal(['participantJoined', 'sendMessage one', 'sendMessage two']);
          expect(asked).to.have.lengthOf(hold ? 1 : 0);
          guest.cut();
        });
      }

      it('is refused with the error of the protocol, and nothing changes', async () => {
        const guest = await arrive(stage.origin);
        const answer = holdAdmission();
        const outcome = guest.join();
        await until('it is asked', () => asked.length > 0);
        expect(asked[0]).to.include({ room: hall, opens: false });
        expect(asked[0]?.attributes.dialect).to.equal(name);
        answer(new RoomError('room-refused', 'not you'));
        expect(await outcome).to.equal(refusals[name]);
        expect(await heard()).to.deep.equal([]);
        expect(stage.rooms.find(hall)?.size).to.equal(1);
        admit = () => undefined;
        guest.cut();
      });
    });
  }
});
