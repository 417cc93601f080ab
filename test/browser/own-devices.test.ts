import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, Visitor } from './visitor.js';

const tracksOf = (kind: string): string =>
  `window.atrium.room.localPublication.tracks.filter((each) => each.kind === '${kind}')`;

const button = ({ page }: Visitor, name: 'Camera' | 'Microphone', pressed?: boolean): Locator =>
  page.getByRole('button', { name, exact: true, ...(pressed !== undefined && { pressed }) });
/** What the participant has on, as the visitor's client is told. */
const stateOf = (visitor: Visitor, of: string): Promise<unknown> =>
  visitor.page.evaluate(
    `(({ audio, video } = {}) => ({ audio, video }))(window.atrium.room.participants.get('${of}')?.state)`,
  );
const isTold = (visitor: Visitor, of: string, audio: boolean, video: boolean): Promise<void> =>
  until(
    `${visitor.name} is told what ${of} has on`,
    async () => JSON.stringify(await stateOf(visitor, of)) === JSON.stringify({ audio, video }),
    patienceMs,
  );

describe('camera and microphone in the demo', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();

  const join = async (name: string, room: string) => Visitor.join(await newWindow(), server().url, name, room);

  it('stay off over a reload and at the next visit, before anything is sent', async () => {
    const ana = await join('Ana', 'reload');
    const window = await newWindow();
    const berta = await Visitor.join(window, server().url, 'Berta', 'reload');
    await ana.receives('Berta');
    await button(berta, 'Microphone').click();
    await button(berta, 'Camera').click();
    await isTold(ana, 'Berta', false, false);
    // Whatever the browser opens from now on is written down, with whether it is on right after.
    await berta.page.addInitScript(`{
      window.opened = [];
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await open(wish);
        Promise.resolve().then(() => setTimeout(() => opened.push(...stream.getTracks().map(({ kind, enabled }) => kind + ' ' + enabled))));
        return stream;
      };
    }`);
    await ana.page.evaluate(`{
      window.heardOn = [];
      window.atrium.room.on('participantJoined', (participant) => participant.on('stateChanged', ({ audio, video }) => heardOn.push(audio || video)));
    }`);
    await berta.page.reload();
    await berta.page.getByRole('heading', { name: 'reload', exact: true }).waitFor();
    await button(berta, 'Microphone', false).waitFor();
    await button(berta, 'Camera', false).waitFor();
    await until(
      'Berta publishes',
      () => berta.page.evaluate('window.atrium.room.localPublication !== undefined'),
      patienceMs,
    );
    expect(await berta.page.evaluate('window.opened')).to.deep.equal(['audio false']);
    await isTold(ana, 'Berta', false, false);
    expect(await ana.page.evaluate('window.heardOn.includes(true)')).to.equal(false);

    await berta.page.close();
    const again = await Visitor.open(window, `${server().url}?room=next`, 'Berta');
    await button(again, 'Microphone', false).waitFor();
    await button(again, 'Camera', false).waitFor();
  });
});

describe('camera and microphone during a call', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser({ stays: true });
  // They stay for all tests.
  let ana: Visitor;
  let berta: Visitor;

  before(async () => {
    ana = await Visitor.open(await newWindow(), `${server().url}?room=call`, 'Ana');
    await button(ana, 'Camera', true).click();
    await ana.page.getByRole('button', { name: 'Join', exact: true }).click();
    berta = await Visitor.join(await newWindow(), server().url, 'Berta', 'call');
  });

  it('off at the join, the camera comes on the connection that is there', async () => {
    await isTold(berta, 'Ana', true, false);
    await ana.page.evaluate(`window.peer = window.atrium.room.localPublication.peerConnection`);
    await button(ana, 'Camera', false).click();
    await berta.receives('Ana');
    await isTold(berta, 'Ana', true, true);
    expect(
      await ana.page.evaluate('peer === window.atrium.room.localPublication.peerConnection'),
      'one connection',
    ).to.equal(true);
  });

  it('off stops the camera, and on again shows a moving picture; the microphone stays open', async () => {
    await berta.receives('Ana');
    await ana.page.evaluate(`window.camera = ${tracksOf('video')}[0]; window.microphone = ${tracksOf('audio')}[0]`);
    await ana.page.evaluate(`window.peer = window.atrium.room.localPublication.peerConnection`);
    await button(ana, 'Camera').click();
    await until('the camera is stopped', () => ana.page.evaluate('camera.readyState === "ended"'), patienceMs);
    await until('it is not sent', () => ana.page.evaluate(`${tracksOf('video')}.length === 0`), patienceMs);
    await isTold(berta, 'Ana', true, false);
    await berta.showsPicture('Ana', false);
    await button(ana, 'Microphone').click();
    await isTold(berta, 'Ana', false, false);
    expect(await ana.page.evaluate('microphone.readyState')).to.equal('live');
    await button(ana, 'Microphone').click();
    await button(ana, 'Camera').click();
    await isTold(berta, 'Ana', true, true);
    await berta.showsPicture('Ana', true);
    await berta.receives('Ana');
    expect(
      await ana.page.evaluate('peer === window.atrium.room.localPublication.peerConnection'),
      'one connection',
    ).to.equal(true);
    expect([...ana.errors, ...berta.errors]).to.deep.equal([]);
  });

  it('unplugged are told, and the next one takes their place; without one, the others see that it is off', async () => {
    const unplug = (kind: string): Promise<unknown> =>
      ana.page.evaluate(`{
        const [track] = ${tracksOf(kind)};
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }`);
    await unplug('video');
    await ana.page.getByText(/^Your camera was unplugged\. In use now: fake_device/).waitFor();
    await isTold(berta, 'Ana', true, true);
    await berta.receives('Ana');
    await ana.page.evaluate(
      'navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("gone", "NotFoundError"))',
    );
    await unplug('video');
    await ana.page.getByText('Your camera was unplugged: the others do not see you.').waitFor();
    await isTold(berta, 'Ana', true, false);
    await berta.showsPicture('Ana', false);
    await button(ana, 'Camera', false).waitFor();
    expect(await button(ana, 'Camera').getAttribute('data-state')).to.equal('missing');
    await unplug('audio');
    await ana.page.getByText('Your microphone was unplugged: the others do not hear you.').waitFor();
    await isTold(berta, 'Ana', false, false);
    await ana.page.locator('.tile.muted[data-participant="Ana"]').waitFor();
    expect([...ana.errors, ...berta.errors]).to.deep.equal([]);
  });
});
