import { expect } from 'chai';
import { nothingRemains, useStage } from './stage.js';

describe('Concierge 0.1 requests (§6 to §9)', () => {
  const stage = useStage();
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  it('the example conversation of §16 works as described', async () => {
    const ada = await stage.identify('ada');
    const grace = await stage.identify('grace');
    const lab = { name: 'lab', nickname: null, owner_uuid: grace.uuid, subscribers: [] };
    grace.send({ type: 'GROUP_CREATE', name: 'lab' });
    const client = { name: 'grace', nickname: null, uuid: grace.uuid, tags: [] };
    expect(await ada.next()).to.deep.equal({ type: 'STATUS', code: 'CLIENT_JOINED', ...client });
    expect(await ada.next()).to.deep.equal({ type: 'STATUS', code: 'GROUP_CREATED', ...lab, group: 'lab' });
    const subscribed = { ...lab, subscribers: [ada.uuid] };
    expect(await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' })).to.deep.equal({
      seq: 0,
      type: 'STATUS',
      code: 'SUBSCRIBED',
      ...subscribed,
      group: 'lab',
    });
    ada.send({ type: 'MESSAGE', target: { type: 'GROUP', group: 'lab' }, data: 'hello' });
    expect(await ada.next()).to.deep.equal({
      type: 'MESSAGE',
      origin: { name: 'ada', nickname: null, uuid: ada.uuid, tags: [], group: subscribed },
      target: { type: 'GROUP', group: 'lab' },
      data: 'hello',
    });
    expect(await ada.next()).to.deep.equal({ seq: 1, type: 'STATUS', code: 'MESSAGE_SENT' });
    expect(await ada.ask('this is no payload')).to.deep.equal({
      seq: 2,
      type: 'STATUS',
      code: 'PROTOCOL',
      desc: 'the payload is not JSON',
    });
    await grace.close();
    expect(await ada.next()).to.deep.equal({ type: 'STATUS', code: 'UNSUBSCRIBED', ...subscribed, group: 'lab' });
    expect(await ada.next()).to.deep.equal({ type: 'STATUS', code: 'GROUP_DELETED', ...subscribed, group: 'lab' });
    expect(await ada.next()).to.deep.equal({ type: 'STATUS', code: 'CLIENT_LEFT', ...client });
  });
});
