import { expect } from 'chai';
import { Charges } from './charges.js';
import { doors, enter } from './doors.js';
import type { Door, Visitor } from './doors.js';
import { DoorStage } from './stage.js';

const listeners = 12;
const json = JSON.stringify;

function doorOf(name: string): Door {
  const door = doors.find((each) => each.name === name);
  if (!door) throw new Error(`there is a door ${name}`);
  return door;
}

const roomDoor = doorOf('room, WebSocket');

function request({ number }: Visitor, method: string, params: object): string {
  return json({ jsonrpc: '2.0', id: number, method, params });
}

describe('What is told because of media, after the media server was waited for', function () {
  this.timeout(60_000);
  const stage = new DoorStage({ kurentoRoom: { filterType: 'marker' } });
  let charges: Charges;
  before(async () => {
    await stage.start();
    stage.media.hasFilters = true;
    charges = new Charges(stage);
  });
  after(() => stage.stop());
  afterEach(() => stage.empty());

  async function audience(): Promise<Visitor[]> {
    const others: Visitor[] = [];
    for (let index = 0; index < listeners; index += 1) {
      others.push(stage.keep(await enter(roomDoor, stage.origin, { name: `other${index}` })));
    }
    for (const other of others) await other.ask();
    return others;
  }

  /** Enters, acts, and resolves with what the newcomer was charged from then on. */
  async function charged(door: Door, act: (mover: Visitor) => Promise<void>): Promise<number> {
    const first = charges.size;
    const mover = stage.keep(await enter(door, stage.origin, { name: 'mover' }));
    await mover.ask();
    const before = charges.from(first);
    await act(mover);
    return charges.from(first) - before;
  }

  /** Resolves with the bytes of what these were told, once each has heard it. */
  async function heard(visitors: readonly Visitor[], what: RegExp): Promise<number> {
    const packets = await Promise.all(visitors.map((visitor) => visitor.next(what)));
    return packets.join('').length;
  }

  it('is charged to the client that changes the filter of the room, with what fails by it', async () => {
    const others = await audience();
    const [publisher] = others;
    if (!publisher) throw new Error('there are others');
    publisher.line.send(request(publisher, 'publishVideo', { sdpOffer: 'v=0' }));
    await publisher.next(/"sdpAnswer"/);
    let told = 0;
    const paid = await charged(roomDoor, async (mover) => {
      stage.media.failNext('createFilter');
      mover.line.send(request(mover, 'customRequest', { marker: 1 }));
      told = await heard(others, /"MarkerFilterState"/);
      told += await heard([publisher], /"method":"mediaError"/);
    });
    expect(paid).to.be.at.least(told);
  });

  for (const { protocol, publish, answered } of [
    {
      protocol: 'room, WebSocket',
      publish: (mover: Visitor) => request(mover, 'publishVideo', { sdpOffer: 'v=0' }),
      answered: /"sdpAnswer"/,
    },
    {
      protocol: 'newer COMPEIT, WebSocket, Engine.IO 4',
      publish: () =>
        `42/connection_agent,${json(['server_message', { type: 'kurento', data: { event: 'send_start', offerSdp: 'v=0' } }])}`,
      answered: /"send_started"/,
    },
  ]) {
    it(`is charged to the client that publishes, with its candidates, at: ${protocol}`, async () => {
      const others = await audience();
      let told = 0;
      const paid = await charged(doorOf(protocol), async (mover) => {
        mover.line.send(publish(mover));
        told = (await mover.next(answered)).length;
        told += await heard(others, /"method":"participantPublished"/);
        const [endpoint] = stage.media.endpoints;
        endpoint?.listener.candidateFound({ candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 });
        told += await heard([mover], /candidate:1/);
      });
      expect(paid).to.be.at.least(told);
    });
  }
});
