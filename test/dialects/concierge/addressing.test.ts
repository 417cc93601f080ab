import { expect } from 'chai';
import { nothingRemains, useStage } from './stage.js';

/** A well-formed uuid that nobody has. */
const unknown = '3f0f8a52-6d0c-4a7e-9b0b-0d3b8e0c2d11';

describe('Concierge, addressing by uuid (§7, §14)', () => {
  const stage = useStage();
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });
  const message = (target: object, data: unknown = 1): object => ({ type: 'MESSAGE', target, data });

  for (const version of ['0.1.0', '0.1.1', '0.2.0']) {
    it(`with ${version} a message goes to the client of the uuid, also to its sender, in upper and lower case; other texts are refused`, async () => {
      const ada = await stage.identify('ada', { version });
      const grace = await stage.identify('grace');
      const eve = await stage.identify('eve');
      for (const each of [ada, grace, eve]) await each.skip();
      const isServices = version === '0.2.0';
      const sent = isServices ? { type: 'OK' } : { type: 'STATUS', code: 'MESSAGE_SENT' };
      for (const uuid of [grace.uuid, grace.uuid.toUpperCase()]) {
        const target = { type: 'UUID', uuid };
        expect(await ada.ask(message(target))).to.include(sent);
        expect(await grace.next()).to.deep.equal({
          type: 'MESSAGE',
          origin: { name: 'ada', nickname: null, uuid: ada.uuid, tags: [], group: null },
          target,
          data: 1,
        });
      }
      expect(await ada.ask(message({ type: 'UUID', uuid: ada.uuid }))).to.include({ type: 'MESSAGE' });
      expect(await ada.next()).to.include(sent);
      for (const uuid of [unknown, 'no uuid', '', ` ${grace.uuid}`, `{${grace.uuid}}`, 'grace']) {
        const none = isServices ? { type: 'INVALID_UUID', uuid } : { type: 'STATUS', code: 'NO_SUCH_UUID', uuid };
        expect(await ada.ask(message({ type: 'UUID', uuid })), uuid).to.include(none);
      }
      expect(await grace.all()).to.deep.equal([]);
      expect(await eve.all()).to.deep.equal([]);
    });
  }

  it('a uuid belongs to one connection: a client that reconnects gets a new one, and the old one is refused', async () => {
    const ada = await stage.identify('ada');
    const before = await stage.identify('grace');
    await before.close();
    const again = await stage.identify('grace');
    await ada.skip();
    expect(await ada.ask(message({ type: 'UUID', uuid: before.uuid }))).to.include({ code: 'NO_SUCH_UUID' });
    expect(await ada.ask(message({ type: 'UUID', uuid: again.uuid }))).to.include({ code: 'MESSAGE_SENT' });
  });

  it('the uuid of a participant whose protocol has no private texts is NO_SUCH_UUID', async () => {
    await stage.join('lab', 'bob');
    const ada = await stage.identify('ada');
    await ada.subscribe('lab');
    const { clients } = (await ada.ask({ type: 'CLIENT_FETCH_ALL' })) as unknown as { clients: { uuid: string }[] };
    const uuid = clients.map((client) => client.uuid).find((each) => each !== ada.uuid);
    expect(await ada.ask(message({ type: 'UUID', uuid }, 'psst'))).to.include({ code: 'NO_SUCH_UUID', uuid });
  });

  it('SERVICE_CLIENT_UUID is for the owner only, and goes to one client, subscribed or not, with its service', async () => {
    const owner = await stage.identify('owner', { version: '0.2.0' });
    const ada = await stage.identify('ada', { version: '0.2.0' });
    const old = await stage.identify('old');
    await owner.ask({ type: 'SERVICE_CREATE', service: 'lab' });
    for (const each of [owner, ada, old]) await each.skip();
    const target = (uuid: string, service = 'lab'): object => ({ type: 'SERVICE_CLIENT_UUID', service, uuid });
    const service = { name: 'lab', nickname: null, owner_uuid: owner.uuid, subscribers: [] };
    expect(await owner.ask(message(target(ada.uuid)))).to.include({ type: 'OK' });
    expect(await ada.next()).to.deep.include({
      origin: { name: 'owner', nickname: null, uuid: owner.uuid, tags: [], service },
      target: target(ada.uuid),
    });
    expect(await owner.ask(message(target(old.uuid)))).to.include({ type: 'OK' });
    // A client of 0.1 gets the message in the form of 0.1.
    expect(await old.next()).to.deep.include({
      origin: { name: 'owner', nickname: null, uuid: owner.uuid, tags: [], group: service },
      target: { type: 'UUID', uuid: old.uuid },
    });
    expect(await owner.ask(message(target(unknown)))).to.include({ type: 'INVALID_UUID', uuid: unknown });
    expect(await owner.ask(message(target(ada.uuid, 'attic')))).to.include({
      type: 'INVALID_SERVICE',
      service: 'attic',
    });
    for (const uuid of [owner.uuid, unknown]) expect(await ada.ask(message(target(uuid)))).to.include({ type: 'BAD' });
    expect(await old.ask(message(target(ada.uuid)))).to.include({ code: 'PROTOCOL' });
    for (const each of [owner, ada, old]) expect(await each.all()).to.deep.equal([]);
  });
});
