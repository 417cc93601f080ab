import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { itOnEmbeddedEngine } from '../support/media-server.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';
import { giveVoice, speak } from './voices.js';

/** Whom the server has told of as speaking, the loudest first. */
const told = (page: Page): Promise<string[]> => page.evaluate('window.atrium.room.activeSpeakers.map(({ id }) => id)');

/** Those of these people whose tiles are marked as speaking. */
async function marked(page: Page, among: readonly string[]): Promise<string[]> {
  const areMarked = await Promise.all(
    among.map((name) => page.locator(`.tile.speaking[data-participant="${name}"]`).count()),
  );
  return among.filter((_, index) => areMarked[index] === 1);
}

/** In the rooms of these tests. */
const everybody = ['Ana', 'Berta', 'Carl'];

async function sees(visitor: Visitor, ...speakers: readonly string[]): Promise<void> {
  const wanted = speakers.join();
  await until(
    `${visitor.name} is told that ${wanted || 'nobody'} speaks`,
    async () => {
      return (await told(visitor.page)).join() === wanted;
    },
    patienceMs,
  );
  await until(
    `the page of ${visitor.name} marks ${wanted || 'nobody'}`,
    async () => {
      return (await marked(visitor.page, everybody)).join() === wanted;
    },
    patienceMs,
  );
}

describe('people who speak', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();

  const join = async (name: string, room: string) =>
    Visitor.join(await giveVoice(await newWindow()), server().url, name, room);

  itOnEmbeddedEngine('are told to the others by the sound of their microphones, one after the other', async () => {
    const [ana, berta, carl] = [
      await join('Ana', 'voices'),
      await join('Berta', 'voices'),
      await join('Carl', 'voices'),
    ];
    await seeEachOther(ana, berta, carl);
    await speak(ana.page, true);
    for (const visitor of [berta, carl, ana]) await sees(visitor, 'Ana');
    await speak(ana.page, false);
    await speak(berta.page, true);
    for (const visitor of [ana, carl]) await sees(visitor, 'Berta');
    await speak(berta.page, false);
    for (const visitor of [ana, berta, carl]) await sees(visitor);
    expect([ana, berta, carl].flatMap(({ errors }) => errors)).to.deep.equal([]);
  });

  it('are reminded that nobody hears them, while their microphone is off', async () => {
    const [ana, berta] = [await join('Ana', 'muted'), await join('Berta', 'muted')];
    await ana.seesTiles('Ana', 'Berta');
    const microphone = ana.page.getByRole('button', { name: 'Microphone', exact: true });
    await until(
      'Ana publishes',
      () => ana.page.evaluate('window.atrium.room.localPublication !== undefined'),
      patienceMs,
    );
    await microphone.click();
    await speak(ana.page, true);
    const hint = ana.page.locator('.toast', { hasText: 'You are speaking, but your microphone is off.' });
    await hint.waitFor();
    await microphone.click();
    await hint.waitFor({ state: 'detached' });
    expect(await berta.page.locator('.toast', { hasText: 'You are speaking' }).count()).to.equal(0);
  });
});

describe('the audio of the loudest', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ audioLastN: 1 });
  const newWindow = useBrowser();

  itOnEmbeddedEngine(
    'is all that comes of it, with no sign of loss, and nobody else is taken for disturbed',
    async () => {
      const visitors = [];
      for (const name of ['Ana', 'Berta', 'Carl'])
        visitors.push(await Visitor.join(await giveVoice(await newWindow()), server().url, name, 'loudest'));
      const [ana, berta, carl] = visitors;
      if (!ana || !berta || !carl) throw new Error('there are three');
      const packets = async (of: string): Promise<{ audioPackets: number; lost: number }> =>
        carl.page.evaluate(`(async () => {
        const { subscription } = window.atrium.room.participants.get('${of}').publications.get('webcam');
        const stats = [...(await subscription.peerConnection.getStats()).values()];
        const { packetsReceived, packetsLost } = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio') ?? {};
        return { audioPackets: packetsReceived ?? 0, lost: packetsLost ?? 0 };
      })()`);
      const comes = async (of: string): Promise<void> => {
        const { audioPackets } = await packets(of);
        await until(
          `the sound of ${of} comes`,
          async () => (await packets(of)).audioPackets > audioPackets + 20,
          patienceMs,
        );
      };
      for (const [speaker, other] of [
        [ana, berta],
        [berta, ana],
        [ana, berta],
      ] as const) {
        await speak(speaker.page, true);
        await sees(carl, speaker.name);
        const before = await packets(other.name);
        await comes(speaker.name);
        expect((await packets(other.name)).audioPackets, `of ${other.name}`).to.equal(before.audioPackets);
        await speak(speaker.page, false);
        await sees(carl);
      }
      for (const of of ['Ana', 'Berta']) expect((await packets(of)).lost, `lost of ${of}`).to.equal(0);
      expect(await carl.page.locator('.tile .tile-note').allTextContents()).to.deep.equal(['', '', '']);
    },
  );
});
