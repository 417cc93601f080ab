import { expect } from 'chai';
import { Charges } from './charges.js';
import { doors, enter } from './doors.js';
import type { Door, Visitor } from './doors.js';
import { DoorStage } from './stage.js';

const listeners = 12;

interface Move {
  readonly protocol: string;
  /** Opens the room, where `enter` does not. */
  readonly open?: (visitor: Visitor) => Promise<void>;
  /** Goes into the room. Undefined where `enter` does that. */
  readonly join?: (visitor: Visitor) => void;
  readonly joined: RegExp;
  readonly leave: (visitor: Visitor) => void;
  readonly left: RegExp;
  /** Only the client that moves is told. */
  readonly isQuiet?: true;
}

const json = JSON.stringify;
const hall = { hall: { roomName: 'hall' } };

const moves: readonly Move[] = [
  {
    protocol: 'room',
    joined: /"method":"participantJoined".*mover/,
    leave: ({ line, number }) => {
      line.send(json({ jsonrpc: '2.0', id: number, method: 'leaveRoom' }));
    },
    left: /"method":"participantLeft".*mover/,
  },
  {
    protocol: 'Concierge',
    open: async (visitor) => {
      visitor.line.send(json({ type: 'GROUP_CREATE', name: 'hall' }));
      await visitor.next(/GROUP_CREATED/);
    },
    join: ({ line }) => {
      line.send(json({ type: 'SELF_SUBSCRIBE', name: 'hall' }));
    },
    joined: /"code":"SUBSCRIBED"/,
    leave: ({ line }) => {
      line.send(json({ type: 'SELF_UNSUBSCRIBE', name: 'hall' }));
    },
    left: /"code":"UNSUBSCRIBED"/,
    isQuiet: true,
  },
  {
    protocol: 'EasyRTC',
    joined: /"easyrtcCmd".*"roomData".*mover/,
    leave: ({ line, number }) => {
      line.send(`42${number}${json(['easyrtcCmd', { msgType: 'roomLeave', msgData: { roomLeave: hall } }])}`);
    },
    left: /"easyrtcCmd".*"roomData".*"clientListDelta":\{"removeClient"/,
  },
  {
    protocol: 'Orchestrator',
    joined: /USER_JOINED_SESSION/,
    leave: ({ line, number }) => {
      line.send(`42/orchestrator,${number}${json(['LeaveSession', {}])}`);
    },
    left: /USER_LEFT_SESSION/,
  },
  {
    protocol: 'newer COMPEIT',
    joined: /"user_joined"/,
    leave: ({ line }) => {
      line.send(`42/connection_agent,${json(['join_room', { room: 'elsewhere' }])}`);
    },
    left: /"user_left"/,
  },
  {
    protocol: 'COMPEIT 0.9',
    joined: /"user_joined"/,
    leave: ({ line }) => {
      line.send(`5::/connection_agent:${json({ name: 'join_room', args: [{ room: 'elsewhere' }] })}`);
    },
    left: /"user_left"/,
  },
];

describe('What a join tells after it waited for `authorize`, and what a leave tells', function () {
  this.timeout(60_000);
  const stage = new DoorStage({}, { authorize: () => new Promise((resolve) => setImmediate(resolve, undefined)) });
  let charges: Charges;
  before(async () => {
    await stage.start();
    charges = new Charges(stage);
  });
  after(() => stage.stop());
  afterEach(() => stage.empty());

  /** Resolves with the bytes of what these were told, once each has heard it. */
  async function heard(visitors: readonly Visitor[], what: RegExp): Promise<number> {
    const packets = await Promise.all(visitors.map((visitor) => visitor.next(what)));
    return packets.join('').length;
  }

  const movesAt = ({ name }: Door): Move => {
    const move = moves.find(({ protocol }) => name.startsWith(protocol));
    if (!move) throw new Error(`people move at the door ${name}`);
    return move;
  };

  for (const door of doors) {
    it(`is charged to the client that joined or left, at: ${door.name}`, async () => {
      const { open, join, joined, leave, left, isQuiet } = movesAt(door);
      const others: Visitor[] = [];
      for (let index = 0; index < listeners; index += 1) {
        const other = stage.keep(await enter(door, stage.origin, { name: `other${index}` }));
        others.push(other);
        if (index === 0) await open?.(other);
        join?.(other);
        await other.ask();
      }
      for (const other of others) await other.ask();

      const first = charges.size;
      const mover = stage.keep(await enter(door, stage.origin, { name: 'mover' }));
      const told = isQuiet ? [mover] : others;
      const beforeJoin = join ? charges.from(first) : 0;
      join?.(mover);
      const toldOfJoin = await heard(told, joined);
      expect(charges.from(first) - beforeJoin, 'the join').to.be.at.least(toldOfJoin);

      await mover.ask();
      const beforeLeave = charges.from(first);
      leave(mover);
      const toldOfLeave = await heard(told, left);
      expect(charges.from(first) - beforeLeave, 'the leave').to.be.at.least(toldOfLeave);
    });
  }
});
