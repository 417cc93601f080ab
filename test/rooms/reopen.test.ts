import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { MediaError } from '../../media/errors.js';
import type { IceCandidate, VideoFilter } from '../../media/port.js';
import { roomsRecordSchema } from '../../rooms/index.js';
import type { FakeElement, FakeEndpoint, FakeMedia, Step } from '../support/fake-media.js';
import { codeOf, outcomeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { RecordingStage } from './recording-stage.js';
import { publish } from './stage.js';

/** An offer of both kinds, or some, whose candidates have that ufrag. */
function offerOf(ufrag: string, kinds: readonly string[] = ['audio', 'video']): string {
  const sections = kinds.map((kind, index) => `m=${kind} 9 RTP 111\r\na=mid:${index}\r\na=ice-ufrag:${ufrag}\r\n`);
  return ['v=0\r\n', ...sections].join('');
}

function candidateOf(text: string, ufrag?: string): IceCandidate {
  const end = ufrag === undefined ? '' : ` generation 0 ufrag ${ufrag} network-id 1`;
  return { candidate: `candidate:${text} 1 udp 1 192.0.2.1 9 typ host${end}`, sdpMid: '0', sdpMLineIndex: 0 };
}

/** The first word of each. */
function namesOf({ candidates }: FakeEndpoint): string[] {
  return candidates.map(({ candidate }) => /^candidate:(\S+)/.exec(candidate)?.[1] ?? '');
}

const hat: VideoFilter = {
  type: 'face-overlay',
  imageUrl: 'http://images.example/hat.png',
  placement: { offsetX: 0, offsetY: -1, width: 1, height: 1 },
};

/** Ana publishes with all that a publication can have. Ben and Cleo receive that, and it is recorded. */
class Call {
  readonly stage = new RecordingStage();
  readonly ana = this.stage.join('ana');
  readonly ben = this.stage.join('ben');
  readonly cleo = this.stage.join('cleo');

  static async begin(): Promise<Call> {
    const call = new Call();
    const { stage, ana, ben, cleo } = call;
    stage.media.hasFilters = true;
    await ana.setFilter(hat);
    await publish(ana, offerOf('a1'), { loopback: true, dataChannels: true });
    await ben.subscribe(ana, offerOf('b1'));
    await cleo.subscribe(ana, offerOf('c1'));
    await ben.subscriptionTo(ana)?.mute('audio');
    await stage.start();
    await stage.settle();
    return call;
  }

  get media(): FakeMedia {
    return this.stage.media;
  }

  /** In the order in which they were made. */
  get endpoints(): FakeEndpoint[] {
    return [...this.media.endpoints];
  }

  /** What comes to each, from where: `own` is the endpoint of Ana's that was made last. */
  flows(own: FakeEndpoint | undefined): Record<string, string> {
    const [filter] = this.media.filters;
    const known = new Map<FakeElement, string>();
    if (own) known.set(own, 'own');
    if (filter) known.set(filter, 'filter');
    const [ben, cleo] = this.endpoints.filter(({ answered = '' }) => /a=ice-ufrag:[bc]1/.test(answered));
    const all = { own, filter, ben, cleo, recorder: [...this.media.recorders][0] };
    const givers = [...this.media.endpoints, ...this.media.filters];
    return Object.fromEntries(
      Object.entries(all).map(([name, sink]) => {
        const kinds = (['audio', 'video'] as const).flatMap((kind) =>
          givers
            .filter((giver) => sink && giver.flows.get(sink)?.has(kind))
            .map((giver) => `${kind} of ${known.get(giver) ?? 'another'}`),
        );
        const data = givers.filter((giver) => sink && giver.dataSinks.has(sink));
        return [name, [...kinds, ...data.map((giver) => `data of ${known.get(giver) ?? 'another'}`)].join(', ')];
      }),
    );
  }

  async expectNothingLeft(): Promise<void> {
    for (const each of [this.ana, this.ben, this.cleo]) each.leave();
    await this.stage.expectNothingLeft();
    await until('all is released', () => this.media.allocated === 0);
    expect([...this.media.releases.values()].every((times) => times === 1)).to.equal(true);
  }
}

const asItWas = {
  own: 'audio of own, video of filter, data of own',
  filter: 'video of own',
  ben: 'video of filter, data of own',
  cleo: 'audio of own, video of filter, data of own',
  recorder: 'audio of own, video of filter, data of own',
};

/** How many calls to the media server a reopening makes in such a call. */
async function stepsOf(): Promise<readonly Step[]> {
  const call = await Call.begin();
  const steps: Step[] = [];
  call.media.before = (step) => {
    steps.push(step);
    return undefined;
  };
  await call.ana.reopen(offerOf('a2'));
  return steps;
}

describe('A publication whose publisher has another connection', () => {
  it('goes on over a new endpoint: all that receive it, the filter, mutes, loopback and recordings', async () => {
    const call = await Call.begin();
    const { stage, ana, media } = call;
    const [former] = call.endpoints;
    expect(call.flows(former)).to.deep.equal(asItWas);
    const publication = ana.publication;
    const before = { sid: publication?.sidOf('audio'), openedAt: publication?.openedAt };
    const told = [...stage.told.values()].map(({ length }) => length);
    const { allocated } = media;

    expect(await ana.reopen(offerOf('a2'))).to.equal(`v=0 answer to ${offerOf('a2')}`);

    const next = call.endpoints.at(-1);
    expect(next?.answered).to.equal(offerOf('a2'));
    expect(call.flows(next)).to.deep.equal(asItWas);
    expect(former && media.releases.get(former)).to.equal(1);
    expect(media.allocated).to.equal(allocated);
    expect(ana.publication).to.equal(publication);
    expect({ sid: publication?.sidOf('audio'), openedAt: publication?.openedAt }).to.deep.equal(before);
    expect(
      [...stage.told.values()].map(({ length }) => length),
      'nobody is told',
    ).to.deep.equal(told);
    await publication?.mute('video');
    expect(call.flows(next)).to.deep.include({ ben: 'data of own', cleo: 'audio of own, data of own' });
    await publication?.unmute();
    await ana.setFilter(undefined);
    expect(call.flows(next)).to.deep.include({ cleo: 'audio of own, video of own, data of own' });
    await ana.reopen(offerOf('a3'));
    expect(call.flows(call.endpoints.at(-1))).to.deep.include({ cleo: 'audio of own, video of own, data of own' });
    await call.expectNothingLeft();
  });

  it('stays as it was when any step fails, and can be tried again', async () => {
    const steps = await stepsOf();
    expect(steps).to.include.members(['createEndpoint', 'answer', 'connect']);
    for (const failing of steps.keys()) {
      const call = await Call.begin();
      const { ana, media } = call;
      const [former] = call.endpoints;
      const { allocated } = media;
      let count = 0;
      media.before = (step) => {
        count += 1;
        return count === failing + 1 ? Promise.reject(new MediaError('timeout', `${step} failed`)) : undefined;
      };
      const what = `step ${failing}: ${steps[failing]}`;
      expect(await codeOf(ana.reopen(offerOf('a2'))), what).to.equal('media-failed');
      expect(call.flows(former), what).to.deep.equal(asItWas);
      expect(media.allocated, what).to.equal(allocated);
      expect(former && media.releases.get(former), what).to.equal(undefined);
      media.before = undefined;
      await ana.reopen(offerOf('a3'));
      expect(call.flows(call.endpoints.at(-1)), what).to.deep.equal(asItWas);
      await call.expectNothingLeft();
    }
  });

  const endings: Record<string, (call: Call) => void> = {
    'the publisher leaves': ({ ana }) => {
      ana.leave();
    },
    'it is unpublished': ({ ana }) => {
      ana.unpublish();
    },
    'the room is closed': ({ stage }) => {
      stage.room.close('over');
    },
    'the media server has lost the endpoint': ({ endpoints }) => {
      endpoints[0]?.vanish();
    },
    'another process goes on': ({ stage }) => {
      stage.rooms.letGo();
    },
  };
  for (const [ending, end] of Object.entries(endings)) {
    it(`leaves nothing when ${ending} meanwhile, whatever is under way`, async () => {
      for (const held of (await stepsOf()).keys()) {
        const call = await Call.begin();
        const { ana, ben, media, stage } = call;
        let count = 0;
        media.before = (step) => {
          count += 1;
          if (count === held + 1) end(call);
          return step === 'connect' ? turn() : undefined;
        };
        const kept = ending === 'another process goes on' ? call.endpoints.length : undefined;
        const outcome = await outcomeOf(ana.reopen(offerOf('a2')));
        media.before = undefined;
        // Once the new endpoint is in place the former one may be lost.
        if (outcome === 'no error') expect(ending).to.equal('the media server has lost the endpoint');
        else expect(outcome, `step ${held}`).to.equal('interrupted');
        expect([...media.releases.values()].every((times) => times === 1)).to.equal(true);
        if (kept !== undefined) {
          expect(media.endpoints.size, 'one of the two is for the next process').to.equal(kept);
          continue;
        }
        if (outcome !== 'no error') expect(ana.publications, `step ${held}`).to.deep.equal([]);
        if (!ben.closed && outcome !== 'no error') expect([...ben.subscriptions]).to.deep.equal([]);
        await stage.settle();
        await call.expectNothingLeft();
      }
    });
  }

  it('is received from the new endpoint by those that come, or change, meanwhile', async () => {
    const call = await Call.begin();
    const { stage, ana, ben, cleo, media } = call;
    const dan = stage.join('dan');
    const moving = media.holdNext('answer');
    const reopening = ana.reopen(offerOf('a2'));
    await moving.reached;
    const changes = [
      dan.subscribe(ana, offerOf('d1')),
      ben.subscriptionTo(ana)?.unmute(),
      cleo.subscriptionTo(ana)?.mute('video'),
    ];
    moving.open();
    await Promise.all([reopening, ...changes]);
    const next = call.endpoints.find(({ answered }) => answered === offerOf('a2'));
    expect(call.flows(next)).to.deep.equal({
      ...asItWas,
      ben: 'audio of own, video of filter, data of own',
      cleo: 'audio of own, data of own',
    });
    const own = call.endpoints.find(({ answered }) => answered === offerOf('d1'));
    expect(own?.receives).to.have.members(['audio', 'video']);
    dan.leave();
    await call.expectNothingLeft();
  });

  it('lets nothing through that is muted while it fails', async () => {
    const call = await Call.begin();
    const { ana, cleo, media } = call;
    const [former] = call.endpoints;
    let connects = 0;
    let muting: Promise<unknown> | undefined;
    media.before = (step) => {
      if (step === 'connect') connects += 1;
      if (connects === 1) muting ??= cleo.subscriptionTo(ana)?.mute('audio');
      return connects === 3 ? Promise.reject(new MediaError('timeout', 'it failed')) : turn();
    };
    expect(await codeOf(ana.reopen(offerOf('a2')))).to.equal('media-failed');
    await muting?.catch(() => undefined);
    media.before = undefined;
    expect(call.flows(former)).to.deep.equal({ ...asItWas, cleo: 'video of filter, data of own' });
    await call.expectNothingLeft();
  });

  it('ends when the former endpoint is lost while it fails', async () => {
    const call = await Call.begin();
    const { ana, media } = call;
    const [former] = call.endpoints;
    media.before = (step) => {
      if (step !== 'connect') return undefined;
      former?.listener.mediaLost(new MediaError('object-gone', 'it is gone'));
      return Promise.reject(new MediaError('object-gone', 'so is this'));
    };
    expect(await codeOf(ana.reopen(offerOf('a2')))).to.equal('media-failed');
    media.before = undefined;
    expect(ana.publications).to.deep.equal([]);
    await call.expectNothingLeft();
  });

  it('tells candidates of one connection alone, and of the connection that there is', async () => {
    const { stage, media } = await Call.begin();
    const heard: boolean[] = [];
    const dan = stage.join('dan');
    await publish(dan, offerOf('d1'), { connectionChanged: (connected) => heard.push(connected) });
    const former = [...media.endpoints].at(-1);
    const told = (): string[] =>
      (stage.told.get('dan') ?? []).flatMap((event) =>
        event.type === 'candidateFound' ? [event.candidate.candidate.split(' ')[0] ?? ''] : [],
      );
    former?.listener.candidateFound(candidateOf('first'));
    former?.listener.connectionChanged?.(true);
    const answering = media.holdNext('answer');
    const failing = dan.reopen(offerOf('d2'));
    const next = (await answering.reached, [...media.endpoints].at(-1));
    former?.listener.candidateFound(candidateOf('late'));
    former?.listener.connectionChanged?.(false);
    next?.listener.candidateFound(candidateOf('of-a-failure'));
    media.failNext('answer');
    answering.open();
    expect(await codeOf(failing)).to.equal('media-failed');
    former?.listener.candidateFound(candidateOf('second'));
    expect(told()).to.deep.equal(['candidate:first', 'candidate:second']);

    const answered = media.holdNext('answer');
    const reopening = dan.reopen(offerOf('d3'));
    await answered.reached;
    const last = [...media.endpoints].at(-1);
    last?.listener.candidateFound(candidateOf('third'));
    last?.listener.connectionChanged?.(true);
    expect(told(), 'not before it is certain').to.have.length(2);
    answered.open();
    await reopening;
    former?.listener.candidateFound(candidateOf('much-later'));
    former?.listener.connectionChanged?.(false);
    expect(told()).to.deep.equal(['candidate:first', 'candidate:second', 'candidate:third']);
    expect(heard).to.deep.equal([true, false, true]);
    dan.leave();
  });

  it('is offered with what was published, or less', async () => {
    const { stage } = await Call.begin();
    const dan = stage.join('dan');
    expect(await codeOf(dan.reopen(offerOf('d0')))).to.equal('not-publishing');
    await publish(dan, offerOf('d1', ['audio']));
    expect(await codeOf(dan.reopen(offerOf('d2')))).to.equal('offer-refused');
    expect(await codeOf(dan.reopen(offerOf('d2'), 'screen'))).to.equal('not-publishing');
    await dan.reopen(offerOf('d2', ['audio']));
    await dan.reopen(offerOf('d3', []));
    dan.leave();
    expect(await codeOf(dan.reopen(offerOf('d4', ['audio'])))).to.equal('participant-closed');
  });

  it('has the limits of bandwidth that its publisher has', async () => {
    const { stage, media, ana } = await Call.begin();
    const dan = stage.join('dan');
    const bandwidth = { maxVideoRecv: 700 };
    await publish(dan, offerOf('d1'), { bandwidth });
    await dan.reopen(offerOf('d2'));
    await dan.subscribe(ana, offerOf('d3'), { bandwidth: { maxVideoSend: 300 } });
    const [reopened, subscribed] = [...media.endpoints].slice(-2);
    expect(reopened?.options.bandwidth).to.deep.equal(bandwidth);
    expect(subscribed?.options.bandwidth).to.deep.equal({ maxVideoSend: 300 });
  });

  it('goes to the next process as it is now', async () => {
    const { stage, ana, media } = await Call.begin();
    await ana.reopen(offerOf('a2'));
    const next = [...media.endpoints].at(-1);
    const record = JSON.stringify(stage.rooms.record(() => null));
    stage.rooms.letGo();
    await stage.settle();
    const rooms = stage.begin();
    rooms.restore(roomsRecordSchema.parse(JSON.parse(record)), ({ id }) => ({ outbox: stage.outbox(id) }));
    await stage.settle();
    const anaNow = rooms.find('r1')?.find('ana');
    const adopted = [...media.endpoints].find((each) => each.record === next?.record);
    expect(adopted, 'the new endpoint').to.not.equal(undefined);
    anaNow?.addCandidate(anaNow, candidateOf('early', 'a3'));
    expect(adopted && namesOf(adopted), 'it belongs to another offer').to.deep.equal([]);
    await anaNow?.reopen(offerOf('a3'));
    const last = [...media.endpoints].at(-1);
    expect(last && namesOf(last)).to.deep.equal(['early']);
    expect(last?.options.dataChannels).to.equal(true);
    expect(adopted && media.releases.get(adopted)).to.equal(1);
    expect(media.endpoints.size).to.equal(3);
    rooms.close('over');
    await until('all is released', () => media.allocated === 0);
  });
});

describe('Candidates that come before the offer that they belong to', () => {
  it('are held for it when they say so, and go to the present connection otherwise', async () => {
    const { ana, ben, endpoints, media } = await Call.begin();
    const [anas, bens] = endpoints;
    ana.addCandidate(ana, candidateOf('one', 'a1'));
    ana.addCandidate(ana, candidateOf('two'));
    ana.addCandidate(ana, candidateOf('three', 'a2'));
    ana.addCandidate(ana, candidateOf('stale', 'a0'));
    ben.addCandidate(ana, candidateOf('four', 'b2'), 'webcam');
    expect(anas && namesOf(anas)).to.deep.equal(['one', 'two']);
    expect(bens && namesOf(bens)).to.deep.equal([]);
    const opening = media.holdNext('createEndpoint');
    const reopening = ana.reopen(offerOf('a2'));
    ana.addCandidate(ana, candidateOf('five', 'a2'));
    ana.addCandidate(ana, candidateOf('six'));
    ana.addCandidate(ana, candidateOf('seven', 'a1'));
    opening.open();
    await reopening;
    ana.addCandidate(ana, candidateOf('eight'));
    const next = [...media.endpoints].at(-1);
    expect(next && namesOf(next)).to.deep.equal(['three', 'five', 'six', 'eight']);
    await ben.subscribe(ana, offerOf('b2'));
    const subscribed = [...media.endpoints].at(-1);
    expect(subscribed && namesOf(subscribed)).to.deep.equal(['four']);
  });

  it('reach a connection that is restarted', async () => {
    const { ana, ben, endpoints } = await Call.begin();
    const [, bens] = endpoints;
    ben.addCandidate(ana, candidateOf('one', 'b2'));
    await ben.restart(ana, offerOf('b2'));
    ben.addCandidate(ana, candidateOf('two', 'b2'));
    ben.addCandidate(ana, candidateOf('three', 'b1'));
    expect(bens && namesOf(bens)).to.deep.equal(['one', 'two']);
  });

  it('are bounded: the last ones count', async () => {
    const { ana, media } = await Call.begin();
    for (let index = 0; index < 100; index += 1) ana.addCandidate(ana, candidateOf(`c${index}`, 'a2'));
    await ana.reopen(offerOf('a2'));
    const next = [...media.endpoints].at(-1);
    const expected = Array.from({ length: 64 }, (_, index) => `c${index + 36}`);
    expect(next && namesOf(next)).to.deep.equal(expected);
  });

  it('are for whichever of several connections they say, where the client knows one stream', async () => {
    const { stage, media } = await Call.begin();
    const dan = stage.join('dan');
    await publish(dan, offerOf('d1'));
    await publish(dan, offerOf('s1'), { stream: 'screen' });
    const [webcam, screen] = [...media.endpoints].slice(-2);
    dan.addCandidate(dan, candidateOf('one', 's1'));
    dan.addCandidate(dan, candidateOf('two'));
    dan.addCandidate(dan, candidateOf('three', 's2'));
    expect([webcam, screen].map((each) => each && namesOf(each))).to.deep.equal([['two'], ['one', 'two']]);
    await dan.reopen(offerOf('d2'));
    await dan.reopen(offerOf('s2'), 'screen');
    const [again, screenAgain] = [...media.endpoints].slice(-2);
    expect([again, screenAgain].map((each) => each && namesOf(each))).to.deep.equal([[], ['three']]);
  });
});
