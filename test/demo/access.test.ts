import { expect } from 'chai';
import { ClientError } from '../../client/errors.js';
import { durationText } from '../../demo/model/departure.js';
import { explainEnd, explainJoin } from '../../demo/model/explain.js';
import { passOf } from '../../demo/model/pass.js';
import { Person, inOrder } from '../../demo/model/person.js';
import { tokenWith } from '../support/tokens.js';
import { Voice } from '../../demo/words/words.js';

const words = new Voice().words();

describe('access, as the page shows it', () => {
  it('reads name, identity and room of a token, also names that are no ASCII', () => {
    const token = tokenWith({ sub: 'u7', name: 'Zoë 🌻', video: { room: 'garden' } });
    expect(passOf(token)).to.deep.equal({ token, identity: 'u7', name: 'Zoë 🌻', room: 'garden' });
  });

  it('lets people choose a name where their token has none and allows it, and otherwise shows the identity', () => {
    expect(passOf(tokenWith({ sub: 'u7', video: { canUpdateOwnMetadata: true } })).name).to.equal(undefined);
    expect(passOf(tokenWith({ sub: 'u7', video: {} })).name).to.equal('u7');
  });

  it('goes on with what is no token: the server says so', () => {
    for (const token of ['', 'x', 'a.b.c', 'a.bnVsbA.c', 'a.W10.c']) {
      expect(passOf(token)).to.deep.include({ identity: undefined, name: undefined, room: undefined });
    }
  });

  it('has a sentence with advice for each reason of the server', () => {
    const reasons = ['token-needed', 'token-invalid', 'token-expired', 'banned', 'locked', 'room-full'] as const;
    for (const reason of reasons) {
      const text = explainJoin(new ClientError(reason, 'the words of the server'), 'Ana', words) ?? '';
      expect(text, reason)
        .to.match(/^(This|The|Your|A) .*\.$/)
        .and.not.include('the words of the server');
    }
    const often = new ClientError('too-many', '', { data: { retryAfterMs: 4_200 } });
    expect(explainJoin(often, 'Ana', words)).to.equal('That was too often. Try again in 5 seconds.');
    expect(explainJoin(new ClientError('closed', ''), 'Ana', words), 'left by the user').to.equal(undefined);
  });

  it('has no way back for somebody who was removed, and tells the reason', () => {
    const removed = explainEnd('evicted', { message: 'Please be quiet', mayReturn: false }, 'garden', words);
    expect(removed).to.deep.equal({
      ...{ title: 'You were removed from the room', mayGoOn: false, mayRejoin: false },
      text: 'A moderator removed you. They say: “Please be quiet”',
    });
    // Where nobody was banned, the server lets them in again after EVICTION_MS.
    expect(explainEnd('evicted', { message: '', mayReturn: false }, 'garden', words).text).to.match(/for now\.$/);
    expect(explainEnd('evicted', { message: 'duplicateIdentity', mayReturn: false }, 'garden', words).title).to.equal(
      'You are in this room somewhere else',
    );
    expect(explainEnd('refused', { message: 'no', mayReturn: false }, 'garden', words).mayGoOn).to.equal(false);
  });

  it('has a way back for somebody who left or lost the connection, and into other rooms from one that was closed', () => {
    for (const reason of ['left', 'disconnected'] as const) {
      const end = explainEnd(reason, { message: '', mayReturn: true }, 'garden', words);
      expect([end.mayGoOn, end.mayRejoin], reason).to.deep.equal([true, true]);
    }
    const closed = explainEnd('room-closed', { message: '', mayReturn: true }, 'garden', words);
    expect([closed.mayGoOn, closed.mayRejoin]).to.deep.equal([true, false]);
  });

  it('says how long the call lasted, from a minute on', () => {
    const minute = 60_000;
    const texts = [0.9, 1, 59.9, 60, 121].map((minutes) => durationText(minutes * minute, 'en'));
    expect(texts).to.deep.equal(['', '1 minute', '59 minutes', '1 hour', '2 hours and 1 minute']);
  });

  it('lists raised hands first, in their order, and leaves the others where they are', () => {
    const people = ['ana', 'ben', 'cleo', 'dan'].map((id) => new Person(id, id, false, new Voice()));
    const state = { audio: true, video: true, screen: false };
    people[3]?.take({ ...state, hand: true, handSince: 5 });
    people[1]?.take({ ...state, hand: true, handSince: 9 });
    expect(inOrder(people).map(({ id }) => id)).to.deep.equal(['dan', 'ben', 'ana', 'cleo']);
  });
});
