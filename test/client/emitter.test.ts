import { expect } from 'chai';
import { Emitter } from '../../client/emitter.js';
import type {
  LocalPublication,
  Moderation,
  Participant,
  Publication,
  Room,
  Self,
  Speakers,
  Subscription,
} from '../../client/index.js';

interface BellEvents {
  rung: [string];
  broken: [];
}

class Bell extends Emitter<BellEvents> {
  ring(by: string): void {
    this.emit('rung', by);
  }
}

describe('an emitter of the client', () => {
  let bell: Bell;
  let heard: string[];
  const listener = (by: string): void => void heard.push(by);

  beforeEach(() => {
    bell = new Bell();
    heard = [];
  });

  it('calls a listener until it is taken off by what `on` returned', () => {
    const off = bell.on('rung', listener);
    bell.ring('ana');
    off();
    off();
    bell.ring('berta');
    expect(heard).to.deep.equal(['ana']);
  });

  it('calls a listener until `off`, and the others further on', () => {
    bell.on('rung', listener);
    bell.on('rung', (by) => heard.push(`other ${by}`));
    bell.ring('ana');
    bell.off('rung', listener);
    bell.off('broken', () => undefined);
    bell.ring('berta');
    expect(heard).to.deep.equal(['ana', 'other ana', 'other berta']);
  });

  it('does not call a listener that another one has just taken off', () => {
    bell.on('rung', () => {
      bell.off('rung', listener);
    });
    bell.on('rung', listener);
    bell.ring('ana');
    expect(heard).to.deep.equal([]);
  });

  it('calls a listener of `once` one time, and not at all after `off`', () => {
    bell.once('rung', listener);
    bell.ring('ana');
    bell.ring('berta');
    bell.once('rung', listener);
    bell.off('rung', listener);
    bell.ring('carl');
    expect(heard).to.deep.equal(['ana']);
  });

  it('compiles with the names of its events alone', () => {
    // Never called: `npm run types` reads it, and fails where a line with an expected error has none.
    const misspelt = (each: Everything): void => {
      // @ts-expect-error no such event
      each.room.on('particpantJoined', () => undefined);
      // @ts-expect-error no such event
      each.room.off('particpantJoined', () => undefined);
      // @ts-expect-error no such event
      each.participant.once('publised', () => undefined);
      // @ts-expect-error no such event
      each.publication.on('subscribd', () => undefined);
      // @ts-expect-error no such event
      each.subscription.on('close', () => undefined);
      // @ts-expect-error no such event
      each.localPublication.on('reconected', () => undefined);
      // @ts-expect-error no such event
      each.self.on('stateChange', () => undefined);
      // @ts-expect-error no such event
      each.moderation.on('waiting', () => undefined);
      // @ts-expect-error no such event
      each.speakers.on('speaking', () => undefined);
      // @ts-expect-error not what the event has
      each.room.on('participantJoined', (participant: string) => participant);
      // @ts-expect-error a map of any name
      return new Emitter<Record<string, []>>();
    };
    expect(misspelt).to.be.a('function');
  });
});

interface Everything {
  readonly room: Room;
  readonly participant: Participant;
  readonly publication: Publication;
  readonly subscription: Subscription;
  readonly localPublication: LocalPublication;
  readonly self: Self;
  readonly moderation: Moderation;
  readonly speakers: Speakers;
}
