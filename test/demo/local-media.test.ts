import { expect } from 'chai';
import { LocalMedia } from '../../demo/model/local-media.js';
import { StubStream, StubTrack, inBrowserWorld } from '../client/browser-world.js';
import { Voice } from '../../demo/words/words.js';

/** What there is, and what the browser was asked for. */
const present = { camera: true, microphone: true };
const asked: string[] = [];
const opened: StubTrack[] = [];

const storage = (): Storage => {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
};

const browser = {
  enumerateDevices: () => Promise.resolve([]),
  addEventListener: () => undefined,
  getUserMedia: ({ video, audio }: MediaStreamConstraints) => {
    asked.push([video && 'camera', audio && 'microphone'].filter(Boolean).join(' and '));
    if ((video && !present.camera) || (audio && !present.microphone))
      return Promise.reject(new DOMException('none', 'NotFoundError'));
    const tracks = [video && track('video'), audio && track('audio')].filter((each) => each instanceof StubTrack);
    opened.push(...tracks);
    return Promise.resolve(new StubStream(tracks));
  },
};

function track(kind: 'audio' | 'video'): StubTrack {
  const made = new StubTrack(kind, `${kind} ${opened.filter((each) => each.kind === kind).length + 1}`);
  return Object.assign(made, { getSettings: () => ({}) });
}

/** A stub of the cameras of a phone, of which one is open at a time. The browser of the tests has none. */
function phone(): { readonly cameras: StubTrack[]; hasOther: boolean } {
  const world: { readonly cameras: StubTrack[]; hasOther: boolean } = { cameras: [], hasOther: true };
  Object.assign(navigator.mediaDevices, {
    enumerateDevices: () =>
      Promise.resolve(['user', 'environment'].map((side) => ({ kind: 'videoinput', deviceId: side, label: side }))),
    getUserMedia: ({ video }: { video: { facingMode?: unknown; deviceId?: unknown } | false }) => {
      if (video === false) return Promise.resolve(new StubStream([track('audio')]));
      const wish = JSON.stringify(video);
      const side = wish.includes('environment') ? 'environment' : 'user';
      if (world.cameras.some(({ readyState }) => readyState === 'live') || (side === 'environment' && !world.hasOther))
        return Promise.reject(new DOMException('in use', 'NotReadableError'));
      const camera = Object.assign(new StubTrack('video', side), {
        getSettings: () => ({ facingMode: side, deviceId: side }),
      });
      world.cameras.push(camera);
      return Promise.resolve(new StubStream([camera]));
    },
  });
  return world;
}

/** A stub of a camera whose browser can blur, which that of the tests cannot. @param refuses it cannot at the moment */
function blurring(refuses = false): { readonly applied: unknown[] } {
  const applied: unknown[] = [];
  Object.assign(navigator.mediaDevices, {
    getUserMedia: () => {
      const camera = Object.assign(new StubTrack('video', 'blurring'), {
        getSettings: () => ({ backgroundBlur: false }),
        getCapabilities: () => ({ backgroundBlur: [true, false] }),
        getConstraints: () => ({ width: 640 }),
        applyConstraints: (wish: unknown) => {
          if (refuses) return Promise.reject(new DOMException('busy', 'OverconstrainedError'));
          applied.push(wish);
          return Promise.resolve();
        },
      });
      return Promise.resolve(new StubStream([camera]));
    },
  });
  return { applied };
}

describe('camera and microphone as the page knows them', () => {
  inBrowserWorld();
  let media: LocalMedia;

  beforeEach(() => {
    Object.assign(globalThis, { sessionStorage: storage(), localStorage: storage(), isSecureContext: true });
    Object.assign(navigator.mediaDevices, browser);
    Object.assign(present, { camera: true, microphone: true });
    asked.length = 0;
    opened.length = 0;
    media = new LocalMedia(new Voice());
  });

  const states = (): string[] => [media.camera.value, media.microphone.value];
  const sent = (): string[] => (media.stream.value?.getTracks() ?? []).map(({ label }) => label);

  it('are opened together, and the camera is stopped when it is off while the microphone is muted', async () => {
    await media.open();
    expect([states(), asked]).to.deep.equal([['on', 'on'], ['camera and microphone']]);
    await media.toggle('camera');
    await media.toggle('microphone');
    expect(states()).to.deep.equal(['off', 'off']);
    expect(opened.map(({ readyState, enabled }) => [readyState, enabled])).to.deep.equal([
      ['ended', true],
      ['live', false],
    ]);
    await media.toggle('microphone');
    expect(await media.toggle('camera')).to.equal(opened[2]);
    expect([states(), sent()]).to.deep.equal([
      ['on', 'on'],
      ['audio 1', 'video 2'],
    ]);
  });

  it('begin as they were left: a camera that was off is not opened, and a microphone is muted', async () => {
    await media.open();
    await media.toggle('camera');
    await media.toggle('microphone');
    for (const forgets of [false, true]) {
      // The next visit has another tab.
      if (forgets) Object.assign(globalThis, { sessionStorage: storage() });
      asked.length = 0;
      const next = new LocalMedia(new Voice());
      await next.open();
      expect(asked).to.deep.equal(['microphone']);
      expect([next.camera.value, next.microphone.value]).to.deep.equal(['off', 'off']);
      expect(next.stream.value?.getTracks().map(({ enabled }) => enabled)).to.deep.equal([false]);
    }
  });

  it('have the state of their own tab, whatever another one does meanwhile', async () => {
    await media.open();
    await media.toggle('camera');
    localStorage.setItem('atrium.off', '[]');
    expect(new LocalMedia(new Voice()).camera.value).to.equal('off');
    await media.toggle('camera');
    localStorage.setItem('atrium.off', '["camera","microphone"]');
    const next = new LocalMedia(new Voice());
    await next.open();
    expect([next.camera.value, next.microphone.value]).to.deep.equal(['on', 'on']);
  });

  it('are missing when there is none, which is not remembered as off', async () => {
    present.camera = false;
    await media.open();
    expect([states(), media.hint.value === '']).to.deep.equal([['missing', 'on'], false]);
    present.camera = true;
    expect(await media.toggle('camera')).to.equal(opened.at(-1));
    expect([states(), media.hint.value]).to.deep.equal([['on', 'on'], '']);
  });

  it('that are unplugged are replaced by the next one, and missing without one', async () => {
    await media.open();
    const lost: unknown[] = [];
    const told = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
    media.onLost((kind, next) => lost.push([kind, next?.label]));
    Object.assign(opened[0] ?? {}, { readyState: 'ended' });
    const end = (of: StubTrack | undefined): void => {
      (of as unknown as MediaStreamTrack).onended?.(new Event('ended'));
    };
    end(opened[0]);
    await told();
    present.microphone = false;
    end(opened[1]);
    await told();
    expect(lost).to.deep.equal([
      ['camera', 'video 2'],
      ['microphone', undefined],
    ]);
    expect([states(), sent()]).to.deep.equal([['on', 'missing'], ['video 2']]);
  });

  it('of a phone are flipped: one camera stops before the other opens, and comes back when that fails', async () => {
    const world = phone();
    await media.toggle('camera');
    expect([sent(), media.canFlip.value]).to.deep.equal([['user'], true]);
    expect((await media.flip())?.label).to.equal('environment');
    expect([sent(), media.chosen('camera')]).to.deep.equal([['environment'], 'environment']);
    expect((await media.flip())?.label).to.equal('user');
    world.hasOther = false;
    expect((await media.flip())?.label, 'the other one is in use').to.equal('user');
    expect([sent(), states(), media.opening.value]).to.deep.equal([['user'], ['on', 'off'], false]);
    expect(world.cameras.filter(({ readyState }) => readyState === 'live')).to.have.length(1);
    await media.toggle('camera');
    expect(await media.flip(), 'one that is off').to.equal(undefined);
  });

  it('of a computer are not flipped', async () => {
    await media.open();
    expect(media.canFlip.value).to.equal(false);
  });

  it('blur what is behind the user where the browser can, also of a camera that is opened later', async () => {
    const { applied } = blurring();
    await media.toggle('camera');
    expect(media.canBlur.value).to.equal(true);
    await media.blur(true);
    expect([applied.splice(0), media.blurred.value]).to.deep.equal([[{ width: 640, backgroundBlur: true }], true]);
    for (let times = 0; times < 2; times += 1) await media.toggle('camera');
    expect(applied.splice(0)).to.deep.equal([{ width: 640, backgroundBlur: true }]);
    await media.blur(false);
    expect([applied, media.blurred.value]).to.deep.equal([[{ width: 640, backgroundBlur: false }], false]);
  });

  it('say that nothing is blurred where the browser cannot, or refuses', async () => {
    await media.open();
    expect(media.canBlur.value).to.equal(false);
    blurring(true);
    for (let times = 0; times < 2; times += 1) await media.toggle('camera');
    await media.blur(true);
    expect([media.canBlur.value, media.blurred.value]).to.deep.equal([true, false]);
  });

  it('are closed also while they are being opened', async () => {
    const opening = media.open();
    media.close();
    await opening;
    expect([sent(), states(), media.opening.value]).to.deep.equal([[], ['off', 'off'], false]);
    expect(opened.map(({ readyState }) => readyState)).to.deep.equal(['ended', 'ended']);
  });
});
