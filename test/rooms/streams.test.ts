import { expect } from 'chai';
import type { VideoFilter } from '../../media/port.js';
import { Rooms, changedGrants, isStreamId, noGrants } from '../../rooms/index.js';
import type { Grants, Newcomer, Participant, RoomEvent } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { codeOf } from '../support/rejection.js';
import { Stage, attributesOf, joinAtOnce, publish } from './stage.js';

const offer = 'v=0\r\nm=audio 9 RTP 111\r\na=mid:0\r\na=sendrecv\r\nm=video 9 RTP 96\r\na=mid:1\r\na=sendonly\r\n';
const line = (candidate: string) => ({ candidate, sdpMid: '0', sdpMLineIndex: 0 });

/** What protocols of one stream for each participant show, one after the other. */
function shown(events: readonly RoomEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === 'publicationOpened') return event.isShown ? [`+${event.publication.id}`] : [];
    if (event.type !== 'publicationClosed' || !event.wasShown) return [];
    return [`-${event.publication.id}`, ...(event.shownNow ? [`+${event.shownNow.id}`] : [])];
  });
}

describe('several streams of one participant', () => {
  it('are told to those that know of them, and one after the other to those that know one', async () => {
    const stage = new Stage();
    const [ana, ben] = [stage.join('ana'), stage.join('ben')];
    await publish(ana, offer, { stream: 'screen' });
    await publish(ana, offer);
    await publish(ana, offer, { stream: 'whiteboard' });
    expect(ana.publications.map(({ id, source }) => [id, source])).to.deep.equal([
      ['screen', 'screen'],
      ['webcam', 'camera'],
      ['whiteboard', 'other'],
    ]);
    expect(ana.publication?.id, 'a camera that comes later').to.equal('screen');
    ana.unpublish('whiteboard');
    ana.unpublish('screen');
    expect(ana.publication?.id).to.equal('webcam');
    ana.unpublish();
    expect(shown(stage.events(ben))).to.deep.equal(['+screen', '-screen', '+webcam', '-webcam']);
    expect(stage.media.endpoints.size).to.equal(0);
  });

  it('each have subscriptions of their own, which end with them', async () => {
    const stage = new Stage();
    const [ana, ben] = [stage.join('ana'), stage.join('ben')];
    await publish(ana, offer);
    await publish(ana, offer, { stream: 'screen' });
    await ben.subscribe(ana, offer);
    await ben.subscribe(ana, offer, { stream: 'screen' });
    await ben.subscribe(ana, offer, { stream: 'screen' });
    expect([...ben.subscriptions].map(({ publication }) => publication.id)).to.deep.equal(['webcam', 'screen']);
    expect(await codeOf(ben.subscribe(ana, offer, { stream: 'whiteboard' }))).to.equal('not-publishing');
    ana.unpublish('screen');
    expect([...ben.subscriptions].map(({ publication }) => publication.id)).to.deep.equal(['webcam']);
    expect(stage.media.endpoints.size).to.equal(2);
    ana.leave();
    expect(stage.media.endpoints.size).to.equal(0);
  });

  it('take the bandwidth of one receiver, and a screen comes first where the receiver does not say otherwise', async () => {
    const stage = new Stage();
    const [ana, ben] = [stage.join('ana'), stage.join('ben')];
    await publish(ana, offer);
    await publish(ana, offer, { stream: 'screen' });
    await ben.subscribe(ana, offer);
    await ben.subscribe(ana, offer, { stream: 'screen' });
    const wishes = () => [...stage.media.endpoints].flatMap(({ wish }) => wish ?? []);
    const [camera, screen] = wishes();
    expect(camera?.receiver).to.be.a('string').and.to.equal(screen?.receiver);
    expect(screen?.priority).to.be.greaterThan(camera?.priority ?? Infinity);
    await ben.subscriptionTo(ana, 'webcam')?.want({ priority: 1 });
    expect(wishes()[0]?.priority).to.be.greaterThan(screen?.priority ?? Infinity);
  });

  it('get their own candidates, early ones too; one that names no stream is for all there are', async () => {
    const stage = new Stage();
    const [ana, ben] = [stage.join('ana'), stage.join('ben')];
    ana.addCandidate(ana, line('camera'), 'webcam');
    ana.addCandidate(ana, line('screen'), 'screen');
    await publish(ana, offer);
    await publish(ana, offer, { stream: 'screen' });
    ben.addCandidate(ana, line('any'));
    await ben.subscribe(ana, offer);
    await ben.subscribe(ana, offer, { stream: 'screen' });
    ben.addCandidate(ana, line('late'), 'screen');
    ben.addCandidate(ana, line('both'));
    const taken = [...stage.media.endpoints].map(({ candidates }) => candidates.map(({ candidate }) => candidate));
    expect(taken).to.deep.equal([['camera'], ['screen'], ['any', 'both'], ['late', 'both']]);
  });

  it('are four at most, each once', async () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    for (const stream of ['a', 'b', 'c', 'd']) await publish(ana, offer, { stream });
    expect(await codeOf(ana.publish(offer, { stream: 'e' }))).to.equal('too-many');
    expect(await codeOf(ana.publish(offer, { stream: 'a' }))).to.equal('already-publishing');
    expect(stage.media.endpoints.size).to.equal(4);
  });

  it('have names of small letters, digits and hyphens', () => {
    for (const good of ['webcam', 'screen', 'a', 'camera-2', 'x234567890123456'])
      expect(isStreamId(good), good).to.equal(true);
    for (const bad of ['', '2', '-a', 'Screen', 'a_b', 'ä', 'x2345678901234567', 'a\n']) {
      expect(isStreamId(bad), bad).to.equal(false);
    }
  });

  it('are granted by their sources, and end when the grant is taken', async () => {
    const media = new FakeMedia();
    const rooms = new Rooms(media);
    const granted = (canPublishSources: Grants['canPublishSources']): Grants =>
      changedGrants({ ...noGrants, roomJoin: true, roomAdmin: true, canPublish: true }, { canPublishSources });
    const all = granted(['camera', 'microphone', 'screen_share', 'screen_share_audio']);
    const ana = joinWith(rooms, 'ana', all);
    let taken = '';
    await publish(ana, offer, { taken: () => (taken += 'webcam') });
    await publish(ana, offer, { stream: 'screen', taken: () => (taken += 'screen') });
    // A list of sources has none for what is neither.
    expect(await codeOf(ana.publish(offer, { stream: 'whiteboard' }))).to.equal('not-allowed');
    await publish(ana, offer, { stream: 'second', source: 'camera' });
    ana.room.moderatedBy(ana).setGrants(ana, granted(['screen_share', 'screen_share_audio']));
    expect(taken).to.equal('webcam');
    expect(ana.pendingPublications.map(({ id }) => id)).to.deep.equal(['screen']);
    expect(media.endpoints.size).to.equal(1);
  });

  it('are cut and muted each by itself, or all at once', async () => {
    const stage = new Stage();
    const [ana, ben] = [stage.join('ana'), stage.join('ben')];
    await publish(ana, offer);
    await publish(ana, offer, { stream: 'screen' });
    const by = ana.room.moderatedBy({ administrator: 'test', bearer: { grantsIn: () => adminGrants, claims: {} } });
    const silent = () => ana.publications.map((publication) => publication.silent.join('+'));
    await by.mute(ana, ['audio'], true, 'screen');
    expect(silent()).to.deep.equal(['', 'audio']);
    expect(ana.state).to.deep.include({ audio: true, screen: true, mutedByModerator: [] });
    await by.mute(ana, ['audio', 'video'], true);
    expect(silent()).to.deep.equal(['audio+video', 'audio+video']);
    await by.mute(ana, ['audio', 'video'], false);
    expect(silent(), 'all are let through again').to.deep.equal(['', '']);
    ana.updateState({ stream: 'screen', video: false });
    expect(ana.state).to.deep.include({ video: true, screen: false });
    expect(stage.told(ben).filter((told) => told.startsWith('stateChanged'))).to.have.length(4);
  });

  it('wear a filter only as a camera', async () => {
    const stage = new Stage();
    stage.media.hasFilters = true;
    const ana = stage.join('ana');
    await publish(ana, offer, { stream: 'screen' });
    await ana.setFilter(hat);
    expect(stage.media.filters.size).to.equal(0);
    await publish(ana, offer);
    expect(stage.media.filters.size).to.equal(1);
  });
});

const hat: VideoFilter = {
  type: 'face-overlay',
  imageUrl: 'http://127.0.0.1/hat.png',
  placement: { offsetX: 0, offsetY: 0, width: 1, height: 1 },
};
const adminGrants = changedGrants(noGrants, { roomAdmin: true });

function joinWith(rooms: Rooms, id: string, grants: Grants): Participant {
  const newcomer: Newcomer = { id, attributes: attributesOf(id), bearer: { grantsIn: () => grants, claims: {} } };
  return joinAtOnce(rooms, 'r1', newcomer, () => () => undefined);
}
