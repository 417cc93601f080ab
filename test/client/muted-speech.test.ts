import { expect } from 'chai';
import { MutedSpeech, Room } from '../../client/index.js';
import { until } from '../support/until.js';
import { StubStream, StubTrack, inBrowserWorld } from './browser-world.js';
import { ScriptedServer } from './scripted-server.js';

/** A microphone, and all copies of it. */
class Microphone extends StubTrack {
  readonly copies: StubTrack[] = [];

  constructor() {
    super('audio', 'microphone');
  }

  clone(): StubTrack {
    const copy = new StubTrack('audio', 'copy');
    copy.enabled = this.enabled;
    this.copies.push(copy);
    return copy;
  }
}

describe('speech while our microphone is muted', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  let speech: MutedSpeech;
  let told: number;
  /** How loud it is in front of the microphone, 0 to 1. */
  let loud: number;
  /** How often the sound was looked at. */
  let looks: number;
  let open: number;

  beforeEach(async () => {
    [told, loud, looks, open] = [0, 0, 0, 0];
    class StubAudio {
      state = 'running';
      constructor() {
        open += 1;
      }
      createAnalyser(): object {
        return {
          getFloatTimeDomainData: (samples: Float32Array) => {
            looks += 1;
            samples.fill(loud);
          },
        };
      }
      createMediaStreamSource(): object {
        return { connect: () => undefined };
      }
      close(): Promise<void> {
        open -= 1;
        return Promise.resolve();
      }
    }
    Object.assign(globalThis, { AudioContext: StubAudio });
    server = await ScriptedServer.start(({ method }) =>
      method === 'joinRoom'
        ? { result: { value: [], sessionId: 'one' } }
        : { result: method === 'publishVideo' ? { sdpAnswer: 'v=0' } : {} },
    );
    room = await Room.join({ url: server.url, room: 'garden', user: 'ana' });
    speech = new MutedSpeech(room);
    speech.on('speakingWhileMuted', () => (told += 1));
  });

  afterEach(async () => {
    await room.leave();
    server.stop();
    Reflect.deleteProperty(globalThis, 'AudioContext');
  });

  it('is told once, and found in a copy that ends with the mute', async () => {
    const microphone = new Microphone();
    const publication = await room.publish(new StubStream([microphone]) as unknown as MediaStream);
    loud = 0.1;
    publication.mute('audio');
    await until('it is told', () => told === 1);
    const [copy] = microphone.copies;
    expect([copy?.enabled, copy?.readyState, open]).to.deep.equal([true, 'live', 1]);
    const before = looks;
    await until('it was looked at as often again', () => looks > before + 5);
    expect(told).to.equal(1);
    publication.mute('audio', false);
    await until('the copy has ended', () => copy?.readyState === 'ended');
    expect([microphone.readyState, open]).to.deep.equal(['live', 0]);
  });

  it('is not what is quiet, and nothing listens once the room has ended', async () => {
    const microphone = new Microphone();
    const publication = await room.publish(new StubStream([microphone]) as unknown as MediaStream);
    loud = 0.001;
    publication.mute('audio');
    await until('it was looked at', () => looks > 6);
    await room.leave();
    expect([told, open, microphone.copies[0]?.readyState]).to.deep.equal([0, 0, 'ended']);
  });
});
