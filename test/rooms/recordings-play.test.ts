import { expect } from 'chai';
import fc from 'fast-check';
import type { Step } from '../support/fake-media.js';
import { outcomeOf } from '../support/rejection.js';
import { RecordingStage, both, program } from './recording-stage.js';
import { publish } from './stage.js';

const person = fc.integer({ min: 0, max: 2 });
const stream = fc.constantFrom('webcam', 'screen');
const step = fc.constantFrom<Step>('openPipeline', 'createRecorder', 'connect', 'record', 'pause', 'resume', 'stop');
const deed = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), who: person }) },
  fc.record({ do: fc.constant('leave' as const), who: person }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), who: person, stream }) },
  fc.record({ do: fc.constant('unpublish' as const), who: person, stream }),
  fc.record({ do: fc.constant('mute' as const), who: person, on: fc.boolean() }),
  fc.record({ do: fc.constant('cut' as const), who: person, on: fc.boolean() }),
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('start' as const), whom: fc.option(person, { nil: undefined }) }),
  },
  fc.record({ do: fc.constant('stop' as const), which: person }),
  fc.record({ do: fc.constant('pause' as const), which: person }),
  fc.record({ do: fc.constant('resume' as const), which: person }),
  fc.record({ do: fc.constant('fail' as const), step }),
  fc.record({ do: fc.constant('hold' as const), step }),
  fc.record({ do: fc.constant('lose' as const), what: fc.constantFrom('recorder', 'endpoint', 'pipeline', 'disk') }),
  fc.record({ do: fc.constant('refuse' as const) }),
  fc.record({ do: fc.constant('mustStop' as const) }),
  fc.record({ do: fc.constant('time' as const) }),
  fc.record({ do: fc.constant('settle' as const) }),
  fc.record({ do: fc.constant('close' as const) }),
);
type Deed = typeof deed extends fc.Arbitrary<infer Each> ? Each : never;

/** What is done goes on while the next thing is done, unless it settles in between. */
function act(stage: RecordingStage, next: Deed, holds: (() => void)[]): unknown {
  const room = stage.rooms.find('r1');
  const found = 'who' in next ? room?.find(`p${next.who}`) : undefined;
  const which = 'which' in next ? room?.recordings[next.which]?.id : undefined;
  const by = room?.recordedBy(program);
  switch (next.do) {
    case 'join':
      return found ?? stage.join(`p${next.who}`);
    case 'leave':
      return found?.leave();
    case 'publish':
      return found && publish(found, both, { stream: next.stream });
    case 'unpublish':
      if (found?.publicationOf(next.stream)) found.unpublish(next.stream);
      return undefined;
    case 'mute':
      return found?.updateState({ audio: next.on });
    case 'cut':
      return found && room?.moderatedBy(program).mute(found, ['video'], next.on);
    case 'start':
      return by?.start({ target: next.whom === undefined ? {} : { participant: `p${next.whom}` } });
    case 'stop':
      return which !== undefined && by?.stop(which);
    case 'pause':
      return which !== undefined && by?.pause(which);
    case 'resume':
      return which !== undefined && by?.resume(which);
    case 'fail':
      stage.media.failNext(next.step);
      return undefined;
    case 'hold':
      holds.push(stage.media.holdNext(next.step).open);
      return undefined;
    case 'lose': {
      if (next.what === 'disk') return stage.recorders.at(-1)?.fail('no-space');
      const { recorders, endpoints, pipelines } = stage.media;
      const all = { recorder: recorders, endpoint: endpoints, pipeline: pipelines }[next.what];
      return [...all].at(-1)?.vanish();
    }
    case 'refuse':
      stage.store.refuseNext = 'limit';
      return undefined;
    case 'mustStop': {
      const running = stage.store.folders.findLast(({ ended }) => !ended);
      return running?.listener.mustStop('limit');
    }
    case 'time':
      stage.time.pass();
      return undefined;
    case 'settle':
      return stage.settle();
    case 'close':
      return room?.close('over');
  }
}

describe('recordings, whatever happens', () => {
  it('end each file that they begin, leave nothing, and tell of each one start and one end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 5, maxLength: 40 }), async (deeds) => {
        const stage = new RecordingStage({ defaults: { autoRecord: { sources: ['screen'] } } });
        const holds: (() => void)[] = [];
        for (const next of deeds) {
          const doing = Promise.resolve(act(stage, next, holds));
          if (next.do === 'settle') await doing;
          else void outcomeOf(doing);
        }
        await stage.settle();
        const ends = stage.rooms.endRecordings();
        await stage.settle();
        stage.time.pass();
        await stage.settle();
        for (const open of holds) open();
        await ends;
        stage.rooms.close('over');
        await stage.expectNothingLeft();
        expect(stage.media.allocated, 'left on the media server').to.equal(0);
        const stories = new Map<string, string[]>();
        for (const event of stage.watched) {
          if (!('recording' in event)) continue;
          const { id } = event.recording;
          stories.set(id, [...(stories.get(id) ?? []), event.type]);
        }
        for (const [id, story] of stories) {
          expect(story[0], id).to.equal('recordingStarted');
          expect(story.at(-1), id).to.be.oneOf(['recordingStopped', 'recordingFailed']);
          expect(story.filter((type) => type !== 'recordingChanged').length, id).to.equal(2);
        }
      }),
      { numRuns: 300 },
    );
  });
});
