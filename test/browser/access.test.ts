import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { testKey, tokenWith } from '../support/tokens.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { violations } from './violations.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';

/** For so long no packet may come of what is muted, in ms. */
const silenceMs = 1_500;
const listen = 'Join to listen, without camera and microphone';

describe('a room with moderators in the demo', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ auth: 'optional', keys: testKey, kurentoRoom: { sessionGraceMs: 1_000 } });
  const newWindow = useBrowser();

  const open = async (name: string, room: string, token = ''): Promise<Visitor> => {
    const hash = token === '' ? '' : `#access_token=${token}`;
    return Visitor.open(await newWindow(), `${server().url}?room=${room}${hash}`, name);
  };
  const press = (visitor: Visitor, button: string): Promise<void> =>
    visitor.page.getByRole('button', { name: button, exact: true }).click();
  const isIn = (visitor: Visitor, room: string): Promise<void> =>
    visitor.page.getByRole('heading', { name: room, exact: true }).waitFor();

  async function join(name: string, room: string, token = '', button = 'Join'): Promise<Visitor> {
    const visitor = await open(name, room, token);
    await press(visitor, button);
    await isIn(visitor, room);
    return visitor;
  }

  /** Joins without media, where the test is about something else: that costs the machine half as much. */
  const attend = (name: string, room: string, token = ''): Promise<Visitor> => join(name, room, token, listen);

  /** Joins by the link with a token, and opens what moderators have. */
  async function moderate(room: string, enter = attend, sub = 'Mia'): Promise<Visitor> {
    const video = { roomJoin: true, room, roomAdmin: true, canUpdateOwnMetadata: true };
    const mia = await enter('Mia', room, tokenWith({ sub, video }));
    await mia.page.keyboard.press('p');
    await press(mia, 'Moderate the room');
    return mia;
  }

  const flip = (visitor: Visitor, name: string): Promise<void> => visitor.page.getByRole('switch', { name }).click();
  const isOn = (visitor: Visitor, name: string): Promise<void> =>
    visitor.page.getByRole('switch', { name, checked: true }).waitFor();
  const reads = (visitor: Visitor, text: string): Promise<void> => visitor.page.getByText(text).first().waitFor();

  async function packets(visitor: Visitor, of: string): Promise<{ readonly audio: number; readonly video: number }> {
    const { received } = await visitor.inspect();
    const figures = received.find(({ participant }) => participant === of)?.statistics?.received;
    return { audio: figures?.audioPackets ?? 0, video: figures?.videoPackets ?? 0 };
  }

  /** Resolves when packets of the one kind come, and no more of the other. */
  async function receivesOnly(visitor: Visitor, of: string, kind: 'audio' | 'video'): Promise<void> {
    const other = kind === 'audio' ? 'video' : 'audio';
    await until(
      `${visitor.name} receives only ${kind} of ${of}`,
      async () => {
        const before = await packets(visitor, of);
        await visitor.page.waitForTimeout(silenceMs);
        const after = await packets(visitor, of);
        return after[kind] > before[kind] + 5 && after[other] === before[other];
      },
      patienceMs,
    );
  }

  it('joins by a link, which then has no token any more, under the name of the person, and removes somebody for good', async () => {
    const mia = await moderate('link', attend, 'moderator-1');
    const berta = await attend('Berta', 'link');
    await berta.seesTiles('Mia', 'Berta');
    expect(mia.page.url()).to.equal(`${server().url}r/link`);
    await mia.page.reload();
    await isIn(mia, 'link');
    await berta.seesTiles('Mia', 'Berta');
    expect(mia.errors).to.deep.equal([]);

    // Somebody that is removed is told why, and has no way back.
    await mia.page.keyboard.press('p');
    await press(mia, 'Moderate Berta');
    await press(mia, 'Remove …');
    await mia.page.getByLabel('Reason, which Berta reads').fill('Please be quiet');
    await press(mia, 'Remove and ban');
    await berta.page.getByRole('heading', { name: 'You were removed from the room' }).waitFor();
    await reads(berta, 'Please be quiet');
    expect(await berta.page.getByRole('button').count(), 'buttons').to.equal(0);
    await mia.seesTiles('Mia');
    await berta.page.reload();
    await press(berta, 'Join');
    await reads(berta, 'A moderator has removed you from this room, and you cannot come back.');
    await mia.seesTiles('Mia');
  });

  it('lets in whom the moderator admits, and tells the others', async () => {
    const mia = await moderate('lobby', join);
    await flip(mia, 'Waiting room');
    await isOn(mia, 'Waiting room');
    const dora = await open('Dora', 'lobby');
    await press(dora, 'Join');
    await dora.page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor();
    await press(mia, 'Deny Dora');
    await reads(dora, 'A moderator did not let you in.');
    await mia.seesTiles('Mia');
    await mia.page.keyboard.press('Escape');
    const berta = await open('Berta', 'lobby');
    await press(berta, 'Join');
    await berta.page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor();
    await press(mia, 'Admit Berta');
    await isIn(berta, 'lobby');
    await seeEachOther(mia, berta);
    const clara = await open('Clara', 'lobby');
    await press(clara, 'Join');
    await mia.page.getByRole('button', { name: 'Admit Clara' }).waitFor();
    await press(clara, 'Do not wait');
    await mia.page.getByRole('button', { name: 'Admit Clara' }).waitFor({ state: 'detached' });
    await clara.page.getByRole('heading', { name: 'Join lobby' }).waitFor();
  });

  it('carries nothing of what a moderator has muted, whatever the person does, until it is allowed again', async () => {
    const mia = await moderate('mute', join);
    const [berta, clara] = await Promise.all([join('Berta', 'mute'), join('Clara', 'mute')]);
    await seeEachOther(mia, berta, clara);
    await press(mia, 'Moderate Berta');
    await press(mia, 'Mute');
    await reads(berta, 'A moderator has muted you: nobody hears you.');
    await Promise.all([mia, clara].map((each) => receivesOnly(each, 'Berta', 'video')));
    await berta.page.keyboard.press('m');
    await berta.page.keyboard.press('m');
    await receivesOnly(clara, 'Berta', 'video');
    await clara.page.locator('.tile.cut[data-participant="Berta"]').waitFor();
    await press(mia, 'Let them speak');
    await press(mia, 'Stop video');
    await Promise.all([mia, clara].map((each) => receivesOnly(each, 'Berta', 'audio')));
    await clara.showsPicture('Berta', false);
    await press(mia, 'Let their video through');
    await seeEachOther(mia, berta, clara);
    await clara.showsPicture('Berta', true);
  });

  it('shows what people have muted themselves, asks them to unmute, and ends what they publish until they begin again', async () => {
    const mia = await moderate('own');
    const berta = await join('Berta', 'own');
    await mia.receives('Berta');
    await berta.page.keyboard.press('m');
    await mia.page.locator('.tile.muted[data-participant="Berta"]').waitFor();
    // Those that do not see the icon are told too.
    await mia.page.getByRole('listitem', { name: /^Berta, microphone off/ }).waitFor();
    await press(mia, 'Moderate Berta');
    await press(mia, 'Ask to unmute');
    await reads(berta, 'Mia asks you to turn on your microphone.');
    await press(berta, 'Turn on');
    await mia.page.locator('.tile:not(.muted)[data-participant="Berta"]').waitFor();

    await mia.page.evaluate("window.atrium.room.moderation.unpublish('Berta')");
    await reads(berta, 'A moderator has stopped your sound and picture.');
    await mia.page.locator('[data-person="Berta"]', { hasText: 'listening' }).waitFor();
    await berta.page.getByRole('button', { name: 'Microphone', exact: true, pressed: false }).click();
    await mia.page.locator('[data-person="Berta"]:not(:text("listening"))').waitFor();
    await berta.page.getByRole('button', { name: 'Camera', exact: true, pressed: false }).click();
    await mia.receives('Berta');
    await mia.page.evaluate("window.atrium.room.moderation.setGrants('Berta', { grants: { canPublish: false } })");
    await mia.page.locator('[data-person="Berta"]', { hasText: 'listening' }).waitFor();
    await berta.page.getByRole('button', { name: 'Microphone', exact: true, pressed: false }).click();
    await reads(berta, 'You can listen in this room.');
    await mia.page.evaluate("window.atrium.room.moderation.setGrants('Berta', { grants: { canPublish: true } })");
    await reads(berta, 'You may speak now: turn on your microphone.');
  });

  it('is locked and opened again, then asks for its password, and takes no other', async () => {
    const mia = await moderate('password');
    await flip(mia, 'Lock the room');
    await isOn(mia, 'Lock the room');
    const berta = await open('Berta', 'password');
    await press(berta, 'Join');
    await reads(berta, 'This room is locked. Ask somebody in it to open it, then try again.');
    await flip(mia, 'Lock the room');
    await mia.page.getByRole('switch', { name: 'Lock the room', checked: false }).waitFor();

    await mia.page.getByLabel('Password for people who come in').fill('sesame');
    await press(mia, 'Set password');
    await reads(mia, 'The room has a password now.');
    await press(berta, listen);
    await reads(berta, 'This room has a password.');
    const field = berta.page.getByLabel('Password of the room');
    for (const [password, expected] of [
      ['barley', 'That is not the password of this room.'],
      ['sesame', undefined],
    ] as const) {
      await field.fill(password);
      await field.press('Enter');
      if (expected !== undefined) await reads(berta, expected);
    }
    await isIn(berta, 'password');
    await berta.page.reload();
    await isIn(berta, 'password');
  });

  it('lists raised hands in their order, shows reactions of those that may send data, has a second moderator, and ends for all', async () => {
    const mia = await moderate('hands');
    const video = { roomJoin: true, room: 'hands', canPublishData: false, canUpdateOwnMetadata: true };
    const mute = tokenWith({ sub: 'Clara', video });
    const [berta, clara] = await Promise.all([attend('Berta', 'hands'), attend('Clara', 'hands', mute)]);
    const order = (): Promise<string[]> => mia.page.locator('.people .person-name').allTextContents();
    await mia.seesTiles('Mia', 'Berta', 'Clara');
    for (const each of [clara, berta]) {
      await each.page.keyboard.press('r');
      await mia.page.locator(`.tile[data-participant="${each.name}"] .tile-hand`).waitFor();
    }
    await until('they are in order', async () => (await order()).join() === 'Clara,Berta,Mia (you)', patienceMs);
    await press(mia, 'Lower all hands');
    await until('all are down', async () => (await mia.page.locator('.tile-hand').count()) === 0, patienceMs);

    expect(await clara.page.getByRole('button', { name: 'React', exact: true }).count(), 'Clara may not').to.equal(0);
    await press(berta, 'React');
    expect(await violations(berta.page)).to.deep.equal([]);
    await berta.page.emulateMedia({ reducedMotion: 'no-preference' });
    const applause = (visitor: Visitor): Locator => visitor.page.locator('.reaction[data-from="Berta"]');
    await berta.page.getByRole('menuitem', { name: 'applause' }).click();
    await Promise.all([berta, mia, clara].map((visitor) => applause(visitor).waitFor()));
    const motion = `getComputedStyle(document.querySelector('atrium-call').shadowRoot.querySelector('.reaction')).animationName`;
    expect(await clara.page.evaluate(motion), 'of those that want none').to.equal('none');
    expect(await berta.page.evaluate(motion), 'of others').to.equal('float-up');
    await mia.page.getByRole('status').getByText('Berta reacts: applause').waitFor();
    expect(await berta.page.getByText('Berta reacts: applause').count(), 'they know it themselves').to.equal(0);
    // A client that knows no measure, and what is no reaction.
    await mia.page.evaluate(`{
      window.seen = [];
      const { shadowRoot } = document.querySelector('atrium-call');
      const look = () => seen.push(shadowRoot.querySelectorAll('.reaction[data-from="Berta"]').length);
      window.atrium.room.on('data', () => requestAnimationFrame(() => requestAnimationFrame(look)));
    }`);
    const sent = ['❤️'.repeat(9), '<b>', '', ...new Array<string>(8).fill('👍')];
    await berta.page.evaluate(
      `(async () => { for (const text of ${JSON.stringify(sent)}) await window.atrium.room.send('atrium.reaction', text); })()`,
    );
    const seen = (): Promise<number[]> => mia.page.evaluate('seen');
    await until('all have come', async () => (await seen()).length === sent.length, patienceMs);
    expect(Math.max(...(await seen()))).to.be.within(2, 5);
    await until('they are gone', async () => (await applause(mia).count()) === 0, patienceMs);

    // Others get the rights of moderators too, and one of them ends the call.
    await press(mia, 'Moderate Berta');
    await press(mia, 'Make moderator');
    await reads(berta, 'You are a moderator of this room now.');
    await berta.page.keyboard.press('p');
    await press(berta, 'Moderate the room');
    await press(berta, 'End for all …');
    await press(berta, 'End the call for everybody now');
    for (const { page } of [mia, berta, clara]) {
      await page.getByRole('heading', { name: 'The room was closed' }).waitFor();
      expect(await page.getByRole('button', { name: 'Rejoin' }).count(), 'ways back').to.equal(0);
    }
  });

  it('has no violations of axe-core in the lobby, with the tools of moderators, and after a removal', async () => {
    const mia = await moderate('open to all', join);
    const berta = await join('Berta', 'open to all');
    await mia.receives('Berta');
    await flip(mia, 'Waiting room');
    const dora = await open('Dora', 'open to all');
    await press(dora, 'Join');
    await dora.page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor();
    await mia.page.getByRole('button', { name: 'Admit Dora' }).waitFor();
    await berta.page.keyboard.press('r');
    await press(mia, 'Moderate Berta');
    await press(mia, 'Mute');
    await mia.page.locator('.tile.cut .tile-hand').waitFor();
    for (const each of [mia, dora, berta]) expect(await violations(each.page), each.name).to.deep.equal([]);
    await mia.page.keyboard.press('Escape');
    await mia.page.getByText('Dora wants to come in.').waitFor();
    expect(await violations(mia.page), 'with a notice').to.deep.equal([]);
    await mia.page.getByRole('button', { name: /^People/ }).click();
    await press(mia, 'Moderate Berta');
    await press(mia, 'Remove …');
    expect(await violations(mia.page), 'before the removal').to.deep.equal([]);
    await press(mia, 'Remove');
    await berta.page.getByRole('heading', { name: 'You were removed from the room' }).waitFor();
    expect(await violations(berta.page), 'after the removal').to.deep.equal([]);
  });

  it('can be moderated with the keyboard alone', async () => {
    const mia = await moderate('keys');
    const berta = await join('Berta', 'keys');
    await mia.seesTiles('Mia', 'Berta');
    const focus = (name: string): Promise<void> => mia.page.getByRole('button', { name, exact: true }).focus();
    await focus('Moderate Berta');
    await mia.page.keyboard.press('Enter');
    await mia.page.keyboard.press('Tab');
    await mia.page.keyboard.press('Enter');
    await reads(berta, 'A moderator has muted you: nobody hears you.');
    await focus('Remove …');
    await mia.page.keyboard.press('Enter');
    await mia.page.getByLabel('Reason, which Berta reads').waitFor();
    await mia.page.keyboard.press('Escape');
    const focused = (): Promise<unknown> =>
      mia.page.evaluate(`document.querySelector('atrium-call').shadowRoot.activeElement.getAttribute('aria-label')`);
    // The page draws anew after the key.
    await until('the focus is back where it came from', async () => (await focused()) === 'Moderate Berta', patienceMs);
    await mia.page.getByRole('button', { name: 'Mute all', exact: true }).waitFor();
  });
});
