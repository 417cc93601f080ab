import { expect } from 'chai';
import type { Participant, RoomEvent } from '../../../rooms/index.js';
import { WhipStage, tokenOf } from './whip-stage.js';

describe('a WHEP client', () => {
  const stage = new WhipStage({ whip: { gatherMs: 20_000 } });
  const told: RoomEvent['type'][] = [];
  let publisher: Participant;
  before(() => stage.start());
  after(() => stage.stop());
  beforeEach(async () => {
    publisher = await stage.watch(({ type }) => told.push(type));
    for (const stream of ['webcam', 'screen'])
      (await publisher.publish('v=0\r\nm=audio 9 x 1\r\n', { stream })).announce();
    told.splice(0);
  });
  afterEach(async () => {
    for (const participant of stage.participants) participant.leave();
    await stage.empty();
    expect(stage.defects.splice(0)).to.deep.equal([]);
  });

  const fed = (): unknown => [...stage.media.endpoints].map(({ sinks }) => [...sinks].length);

  it('receives a stream, and nobody is told', async () => {
    const answer = await stage.begin('/whep/r/watcher?stream=screen', { token: tokenOf('player') });
    expect(answer.status).to.equal(201);
    expect(await answer.text()).to.include('a=candidate:');
    const path = answer.headers.get('location') ?? '';
    expect(path).to.match(/^\/whep\/r\/watcher\/[\w-]{22}$/);
    expect(fed(), 'webcam, screen, player').to.deep.equal([0, 1, 0]);
    expect(stage.rooms.find('r')?.size, 'as others see it').to.equal(1);
    expect((await stage.ask(path, { method: 'DELETE' })).status).to.equal(200);
    expect(told).to.deep.equal([]);
  });

  it('that names no stream receives the camera', async () => {
    await stage.begin('/whep/r/watcher');
    expect(fed()).to.deep.equal([1, 0, 0]);
  });

  it('is seen when its token says so, and is a participant like others', async () => {
    await stage.begin('/whep/r/watcher', { token: tokenOf('player', { hidden: false, canPublish: false }) });
    expect(told).to.deep.equal(['participantJoined']);
    expect(stage.rooms.find('r')?.find('player')?.attributes.isIngress).to.equal(undefined);
  });

  it('leaves when the stream ends, or the one that publishes it leaves', async () => {
    const ended = (await stage.begin('/whep/r/watcher')).headers.get('location') ?? '';
    const other = (await stage.begin('/whep/r/watcher?stream=screen')).headers.get('location') ?? '';
    publisher.unpublish('webcam');
    expect((await stage.ask(ended, { method: 'DELETE' })).status).to.equal(404);
    expect((await stage.ask(other, { method: 'OPTIONS' })).status).to.equal(204);
    publisher.leave();
    expect((await stage.ask(other, { method: 'DELETE' })).status).to.equal(404);
  });
});
