import { expect } from 'chai';
import { ClientError } from '../../client/errors.js';
import type { PublicationState } from '../../client/publication-state.js';
import type { Quality } from '../../client/quality.js';
import { Person } from '../../demo/model/person.js';
import type { Followed } from '../../demo/model/transit.js';
import { reasonOf } from '../../demo/model/trouble.js';
import { Voice } from '../../demo/words/words.js';

class StubPublication implements Followed {
  state: PublicationState = 'connecting';
  failure: ClientError | undefined;
  quality: Quality = 'unknown';
  readonly #listeners: (() => void)[] = [];

  on(_name: 'state' | 'quality', listener: () => void): void {
    this.#listeners.push(listener);
  }

  retry(): void {
    this.becomes('connecting');
  }

  becomes(state: PublicationState, failure?: ClientError): void {
    this.state = state;
    this.failure = failure;
    for (const listener of this.#listeners) listener();
  }
}

const unreachable = new ClientError('connection-failed', 'no way');
const refused = new ClientError('media-refused', 'nothing in it can be served');

describe('what a tile says of the media of its person', () => {
  function follow(own: boolean): { person: Person; publication: StubPublication } {
    const person = new Person('berta', 'Berta', own, new Voice());
    person.idle.value = own ? 'listeningOnly' : 'listening';
    const publication = new StubPublication();
    person.transit.follow(publication);
    return { person, publication };
  }

  it('is that it connects, until packets come, and no quality before', () => {
    const { person, publication } = follow(false);
    publication.quality = 'good';
    const said = (['connecting', 'live', 'reconnecting', 'failed', 'closed'] as const).map((state) => {
      publication.becomes(state, state === 'failed' ? unreachable : undefined);
      return [person.note.value, person.quality];
    });
    expect(said).to.deep.equal([
      ['Connecting …', 'unknown'],
      ['', 'good'],
      ['Reconnecting …', 'unknown'],
      ['Connecting …', 'unknown'],
      ['', 'unknown'],
    ]);
    person.transit.end();
    expect(person.note.value).to.equal('Listening');
  });

  it('has no quality while the server is out of reach', () => {
    const { person, publication } = follow(false);
    publication.quality = 'good';
    publication.becomes('live');
    person.transit.offline.value = true;
    expect(person.quality).to.equal('unknown');
  });

  it('has the quality that the server tells where that is bad, and that of its media otherwise', () => {
    const { person, publication } = follow(false);
    publication.quality = 'fair';
    publication.becomes('live');
    const shown = (['excellent', 'good', 'poor', 'lost'] as const).map((level) => {
      person.connectionQuality.value = level;
      return person.quality;
    });
    expect(shown).to.deep.equal(['fair', 'fair', 'poor', 'lost']);
    person.transit.offline.value = true;
    expect(person.quality).to.equal('unknown');
  });

  it('is that nothing comes where another attempt would fail too', () => {
    const { person, publication } = follow(false);
    publication.becomes('failed', refused);
    expect(person.note.value).to.equal('No connection');
  });

  it('is for oneself that nothing is sent, and whether that is tried again', () => {
    const { person, publication } = follow(true);
    expect(person.transit.unsent.value).to.equal(false);
    publication.becomes('failed', unreachable);
    expect([person.note.value, person.transit.unsent.value]).to.deep.equal(['Not sent. Trying again …', true]);
    publication.becomes('connecting', unreachable);
    expect(person.note.value, 'during the next attempt').to.equal('Not sent. Trying again …');
    publication.becomes('failed', refused);
    expect([person.note.value, person.transit.unsent.value]).to.deep.equal(['Not sent', true]);
    person.transit.refused(refused);
    expect([person.note.value, person.transit.unsent.value]).to.deep.equal(['Not sent', true]);
  });

  it('follows the present publication alone', () => {
    const { person, publication } = follow(false);
    person.transit.follow(new StubPublication());
    publication.becomes('live');
    expect(person.note.value).to.equal('Connecting …');
  });
});

describe('why nothing at all comes through', () => {
  const report = (relay: 'none' | 'refused' | 'unanswered' | 'ready', connection: RTCPeerConnectionState = 'failed') =>
    ({ connection, relay, pairs: [] }) as const;

  it('is nothing that the user can mend where there is a connection', () => {
    expect(reasonOf([report('none'), report('none', 'connected')], [])).to.equal(undefined);
  });

  it('is the media server where the room server says so', () => {
    expect(reasonOf([report('none', 'new')], [new ClientError('media-failed', 'unavailable')])).to.equal(
      'media-server',
    );
  });

  it('is the network otherwise, with or without a relay that could help', () => {
    expect(reasonOf([report('none')], [unreachable])).to.equal('no-relay');
    expect(reasonOf([report('refused'), report('unanswered')], [])).to.equal('relay-refused');
    expect(reasonOf([report('unanswered')], [unreachable])).to.equal('network');
    expect(reasonOf([report('ready')], [])).to.equal('network');
  });
});
