import { expect } from 'chai';
import type { RoomSettings } from '../../rooms/index.js';
import { configOf } from '../../src/config.js';
import { checkDoors } from '../../src/start-checks.js';
import { keys, moderator, tokenOf } from '../access/given.js';
import { entrances } from './entrances.js';
import type { Deed, Entrance, Partners, Person } from './entrances.js';
import { DoorStage } from './stage.js';

const garden = { room: 'garden', roomJoin: true };

/** The token of each role; undefined: none. */
const roles = {
  stranger: undefined,
  forger: { claims: { role: 'MODERATOR', video: garden }, more: { secret: 'x'.repeat(32) } },
  elsewhere: { claims: { role: 'MODERATOR', video: { ...garden, room: 'side' } } },
  MODERATOR: { claims: { role: 'MODERATOR', video: garden } },
  PUBLISHER: { claims: { role: 'PUBLISHER', video: garden } },
  SUBSCRIBER: { claims: { role: 'SUBSCRIBER', video: garden } },
  deaf: { claims: { video: { ...garden, canSubscribe: false } } },
} as const;
type Role = keyof typeof roles;

/** How each door refuses something, where it has it. */
type Refusals = Readonly<Record<string, string>>;

const noToken: Refusals = {
  room: '401 token-needed',
  EasyRTC: 'LOGIN_BAD_AUTH',
  Orchestrator: '206',
  Concierge: '4006',
  COMPEIT: '403',
};
const badToken: Refusals = { ...noToken, room: '401 token-invalid' };
const otherRoom: Refusals = {
  room: '401 not-allowed',
  EasyRTC: 'LOGIN_GEN_FAIL',
  Orchestrator: '801',
  Concierge: 'BAD',
  COMPEIT: 'forbidden',
};
const roomRule = (reason: string): Refusals => ({ ...otherRoom, room: `401 ${reason}` });
const inRoom: Refusals = { ...otherRoom, EasyRTC: 'MSG_REJECT_GEN_FAIL' };

/** One row for each action: what each role gets. */
const entering: Readonly<Record<Role, Refusals | 'in'>> = {
  stranger: noToken,
  forger: badToken,
  elsewhere: otherRoom,
  MODERATOR: 'in',
  PUBLISHER: 'in',
  SUBSCRIBER: 'in',
  deaf: 'in',
};
const insiders = ['MODERATOR', 'PUBLISHER', 'SUBSCRIBER', 'deaf'] as const;
type Insider = (typeof insiders)[number];
const doing: Readonly<Record<Deed, Readonly<Record<Insider, Refusals | 'ok'>>>> = {
  text: { MODERATOR: 'ok', PUBLISHER: 'ok', SUBSCRIBER: inRoom, deaf: 'ok' },
  data: { MODERATOR: 'ok', PUBLISHER: 'ok', SUBSCRIBER: inRoom, deaf: 'ok' },
  publish: { MODERATOR: 'ok', PUBLISHER: 'ok', SUBSCRIBER: inRoom, deaf: 'ok' },
  subscribe: { MODERATOR: 'ok', PUBLISHER: 'ok', SUBSCRIBER: 'ok', deaf: inRoom },
  moderate: { MODERATOR: 'ok', PUBLISHER: inRoom, SUBSCRIBER: inRoom, deaf: inRoom },
};
const deeds = Object.keys(doing) as Deed[];

/** What a room asks of newcomers, and what each door says then. A moderator passes. */
const rules: Readonly<Record<string, { settings: Partial<RoomSettings>; refusals: Refusals }>> = {
  'that is locked': { settings: { locked: true }, refusals: roomRule('locked') },
  'that is full': {
    settings: { maxParticipants: 1 },
    refusals: { ...roomRule('room-full'), COMPEIT: 'room_full' },
  },
  'with a waiting room': { settings: { waitingRoom: true }, refusals: roomRule('waiting') },
  'with a password': { settings: { passwordHash: 'no password fits' }, refusals: roomRule('password') },
};

function expected(cell: Refusals | 'in' | 'ok', { name }: Entrance): string {
  return typeof cell === 'string' ? cell : String(cell[name]);
}

describe('access at all doors, with AUTH=required and a secret at one of them', () => {
  const stage = new DoorStage({
    auth: 'required',
    keys,
    evictionMs: 0,
    compeit: { tokenSecret: 'of this door alone' },
  });
  const persons: Person[] = [];
  let host: Person;
  before(() => stage.start());
  after(() => stage.stop());

  async function enter(entrance: Entrance, role: Role, name: string): Promise<Person & { readonly id: string }> {
    const { claims, more = {} }: { claims?: object; more?: { secret?: string } } = roles[role] ?? {};
    const token = claims && (await tokenOf({ sub: name, ...claims }, more));
    const person = await entrance.enter(stage.origin, { name, room: 'garden', token });
    persons.push(person);
    return person;
  }

  function room() {
    const found = stage.rooms.find('garden');
    if (!found) throw new Error('the garden is closed');
    return found;
  }

  beforeEach(async () => {
    const [first] = entrances;
    if (!first) throw new Error('there is no door');
    host = await enter(first, 'MODERATOR', 'host');
    expect(await host.deeds.publish?.({ host: '', atDoor: '' })).to.equal('ok');
  });
  afterEach(async () => {
    for (const person of persons.splice(0)) person.cut();
    await stage.empty();
  });

  for (const entrance of entrances) {
    describe(entrance.name, () => {
      for (const [role, cell] of Object.entries(entering) as [Role, Refusals | 'in'][]) {
        it(`answers the role ${role}: ${expected(cell, entrance)}`, async () => {
          const person = await enter(entrance, role, 'ana');
          expect(person.outcome).to.equal(expected(cell, entrance));
          await host.deeds.text?.({ host: '', atDoor: '' });
          if (cell !== 'in') expect(await person.heard()).not.to.match(/"hi"|host/);
        });
      }

      for (const role of insiders) {
        it(`lets the role ${role} do what its grants allow`, async () => {
          const partner = await enter(entrance, 'PUBLISHER', 'partner');
          const partners: Partners = { host: 'host', atDoor: partner.id };
          const person = await enter(entrance, role, 'ana');
          for (const deed of deeds) {
            const outcome = await person.deeds[deed]?.(partners);
            if (outcome !== undefined) expect(outcome, deed).to.equal(expected(doing[deed][role], entrance));
          }
        });
      }

      for (const [title, { settings, refusals }] of Object.entries(rules)) {
        it(`asks of a newcomer to a room ${title}: ${expected(refusals, entrance)}`, async () => {
          room().moderatedBy(moderator).update(settings);
          const person = await enter(entrance, 'PUBLISHER', 'ana');
          expect(person.outcome).to.equal(expected(refusals, entrance));
          await host.deeds.text?.({ host: '', atDoor: '' });
          expect(await person.heard()).not.to.match(/"hi"/);
          expect((await enter(entrance, 'MODERATOR', 'mod')).outcome).to.equal('in');
        });
      }

      it(`does not let a banned person back in: ${expected(roomRule('banned'), entrance)}`, async () => {
        const person = await enter(entrance, 'PUBLISHER', 'ana');
        expect(person.outcome).to.equal('in');
        const participant = room().findAny('ana');
        if (participant) room().moderatedBy(moderator).evict(participant, { banMs: -1 });
        expect(room().size).to.equal(1);
        await host.deeds.text?.({ host: '', atDoor: '' });
        const again = await enter(entrance, 'PUBLISHER', 'ana');
        expect(again.outcome).to.equal(expected(roomRule('banned'), entrance));
      });
    });
  }

  it('lets in as many as a room takes when twenty come at once, through all doors', async () => {
    room().moderatedBy(moderator).update({ maxParticipants: 10 });
    const coming = [0, 1, 2, 3].flatMap((number) =>
      entrances.map((entrance, door) => enter(entrance, 'PUBLISHER', `p${number}-${door}`)),
    );
    const outcomes = (await Promise.all(coming)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'in')).to.have.length(9);
    expect(room().size).to.equal(10);
  });
});

describe('a server whose doors are of unequal strength', () => {
  it('does not start: with a secret at COMPEIT a stranger would come in by the others', () => {
    expect(() => {
      checkDoors(configOf({ compeit: { tokenSecret: 'of this door alone' } }), {});
    }).to.throw(/BRIDGE: COMPEIT asks its clients for a secret \(COMPEIT_TOKEN_SECRET\), but Room protocol/);
  });
});
