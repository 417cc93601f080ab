import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RoomEvent } from '../../../rooms/index.js';
import { ConciergeStage, nothingRemains, useStage } from './stage.js';

const boom = (): never => {
  throw new Error('a secret of the server');
};

describe('Concierge and defects of the server while a request is served (§8)', () => {
  const stage = useStage();
  /** Takes the logged errors, which would otherwise fail the test. */
  const logged = (): string[] => stage.defects.splice(0);
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  /** A participant of another protocol whose outbox throws at events of this type. */
  const brokenOutsider = (room: string, type: RoomEvent['type']): Promise<{ readonly leave: () => void }> => {
    const attributes = { displayName: 'guest', dialect: 'test', hearsPrivateTexts: true };
    return stage.rooms.join(room, { id: 'guest-id', attributes }, () => (event) => {
      if (event.type === type) boom();
    });
  };

  for (const [version, create, answer] of [
    ['0.1.0', { type: 'GROUP_CREATE', name: 'lab' }, { type: 'STATUS', code: 'INTERNAL' }],
    ['0.1.1', { type: 'GROUP_CREATE', name: 'lab' }, { type: 'STATUS', code: 'INTERNAL' }],
    ['0.2.0', { type: 'SERVICE_CREATE', service: 'lab' }, { type: 'ERROR_INTERNAL' }],
  ] as const) {
    it(`a client of ${version} is answered ${Object.values(answer).join(' ')} without details, and goes on`, async () => {
      const ada = await stage.identify('ada', { version });
      const open = stage.rooms.open.bind(stage.rooms);
      stage.rooms.open = boom;
      try {
        expect(await ada.ask(create)).to.deep.equal({ seq: 0, ...answer, desc: 'internal error' });
      } finally {
        stage.rooms.open = open;
      }
      expect(logged()).to.have.length(1);
      expect(await ada.ask(create), 'nothing of it was left').not.to.include(answer);
    });
  }

  it('a failed subscription leaves nothing', async () => {
    const guest = await brokenOutsider('lab', 'participantJoined');
    const ada = await stage.identify('ada');
    expect(await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' })).to.include({ code: 'INTERNAL', seq: 0 });
    expect(await ada.ask({ type: 'SELF_FETCH' })).to.deep.include({ subscriptions: [] });
    expect(logged()).to.have.length(1);
    guest.leave();
  });

  it('an error after the answer is not answered a second time', async () => {
    const guest = await brokenOutsider('lab', 'participantLeft');
    const ada = await stage.identify('ada');
    await ada.subscribe('lab');
    expect(await ada.ask({ type: 'SELF_UNSUBSCRIBE', name: 'lab' })).to.include({ code: 'UNSUBSCRIBED', seq: 1 });
    expect((await ada.all()).map(({ code }) => code)).to.deep.equal(['CLIENT_LEFT']);
    expect(logged()).to.have.length(1);
    guest.leave();
  });

  it('a client whose leaving fails is removed nevertheless, and the others are told', async () => {
    const guest = await brokenOutsider('lab', 'participantLeft');
    const ada = await stage.identify('ada');
    const grace = await stage.identify('grace');
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    ada.cut();
    expect(await grace.next()).to.include({ code: 'CLIENT_LEFT', name: 'ada' });
    await stage.settled(1);
    expect(logged()).to.have.length(1);
    await stage.identify('ada');
    guest.leave();
  });
});

describe('Concierge and defects of the server while a client is admitted (§3)', () => {
  const root = mkdtempSync(join(tmpdir(), 'concierge-'));
  let failing: 'uuid' | 'key' | undefined;
  let stage: ConciergeStage;
  let number = 0;
  const next = (which: 'uuid' | 'key'): string => {
    number += 1;
    return failing === which ? boom() : `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  };
  before(async () => {
    const random = { uuid: () => next('uuid'), key: () => next('key') };
    stage = new ConciergeStage({ concierge: { files: 'fs-key', filesDir: root } }, random);
    await stage.start();
  });
  after(async () => {
    await stage.stop();
    await rm(root, { recursive: true });
  });

  for (const what of ['uuid', 'key'] as const) {
    it(`a client that gets no ${what} is closed with 4000, without details; the others are not told, and its name is free`, async () => {
      const grace = await stage.identify('grace');
      const ada = await stage.connect();
      failing = what;
      ada.send({ type: 'IDENTIFY', name: 'ada', version: '0.1.0' });
      expect(await ada.closed).to.deep.equal({ code: 4000, reason: 'Internal error' });
      failing = undefined;
      expect(stage.defects.splice(0)).to.have.length(1);
      expect(await grace.all()).to.deep.equal([]);
      await stage.identify('ada');
      await stage.empty();
      expect(stage.remains).to.deep.equal(nothingRemains);
    });
  }
});
