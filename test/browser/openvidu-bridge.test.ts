import { expect } from 'chai';
import { OpenVidu } from 'openvidu-node-client';
import { expectNoPipelineLeft } from '../support/media-objects.js';
import { useServer } from '../support/server.js';
import { testKey, tokenWith } from '../support/tokens.js';
import { until } from '../support/until.js';
import { CompeitVisitor } from './compeit-visitor.js';
import { KurentoVisitor } from './kurento-visitor.js';
import { OpenViduPage } from './openvidu-page.js';
import { useBrowser } from './shared-browser.js';
import { useSite } from './site.js';
import { patienceMs } from './visitor.js';

const secret = 'OF-THE-BACK-END';

const tokenOf = (sub: string): string => tokenWith({ sub, video: { roomJoin: true, room: '17' } });

describe('pages of OpenVidu, Kurento Room and COMPEIT in one room', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({
    openvidu: { secret },
    auth: 'required',
    keys: testKey,
    kurentoRoom: { sessionGraceMs: 1_000 },
  });
  const site = useSite();
  const newWindow = useBrowser();
  expectNoPipelineLeft(() => server().mediaServerUrls, patienceMs);

  it('see, hear and read each other', async () => {
    const backEnd = new OpenVidu(server().url, secret);
    const window = await newWindow();
    const kay = await KurentoVisitor.join(await window.newPage(), server().url, 'Kay', '17', {
      publishes: true,
      token: tokenOf('Kay'),
    });
    const cora = await CompeitVisitor.join(await window.newPage(), server().url, 'Cora', { token: tokenOf('Cora') });
    // The room is there already: the session takes it.
    const session = await backEnd.createSession({ customSessionId: '17' });
    const { token } = await session.createConnection();
    const page = await OpenViduPage.open(await window.newPage(), site);
    const ove = await page.enter('Ove', token);
    await until('all have come', async () => (await ove.told()).length === 5, patienceMs);
    expect((await ove.forgets()).toSorted()).to.deep.equal([
      ...['connectionCreated Cora', 'connectionCreated Kay', 'connectionCreated Ove'],
      ...['streamCreated Cora str_CAM', 'streamCreated Kay str_CAM'],
    ]);
    await ove.publish();
    await Promise.all([ove.receives('Kay'), ove.receives('Cora'), kay.plays('Ove'), kay.plays('Cora')]);
    await Promise.all([cora.receives('Ove'), cora.receives('Kay')]);

    await session.fetch();
    const platforms = session.activeConnections.map(({ clientData, platform }) => [clientData, platform]);
    expect(platforms.toSorted().slice(0, 2)).to.deep.equal([
      ['{"clientData":"Cora"}', 'compeit'],
      ['{"clientData":"Kay"}', 'kurento-room'],
    ]);

    await ove.run(`session.signal({ type: 'chat', data: 'hello from Ove' })`);
    await until('Ove has it back', async () => (await ove.told()).length === 2);
    await kay.say('hello from Kay');
    await until('Ove reads Kay', async () => (await ove.told()).length === 4);
    await cora.say('hello from Cora');
    const lines = ['Ove', 'Kay', 'Cora'].map((name) => `signal chat hello from ${name} from ${name}`);
    await until('Ove reads all', async () => (await ove.told()).length === 6);
    expect((await ove.forgets()).filter((line) => line.startsWith('signal chat'))).to.deep.equal(lines);
    const said = ['Ove', 'Kay', 'Cora'].map((name) => `${name}: hello from ${name}`);
    await until('Kay reads all', async () => (await kay.texts()).length === 3, patienceMs);
    expect(await kay.texts()).to.deep.equal(said);
    const quoted = ['Ove', 'Kay', 'Cora'].map((name) => `${name}: "hello from ${name}"`);
    await until('Cora reads all', async () => (await cora.inspect()).texts.length === 3, patienceMs);
    expect((await cora.inspect()).texts).to.deep.equal(quoted);

    await cora.stopSending();
    await ove.hears('streamDestroyed Cora str_CAM unpublish');
    await ove.run('session.unpublish(publisher)');
    await until('Kay is told', async () => (await kay.told()).at(-1) === 'stream-removed Ove', patienceMs);
    await until('Cora is told', async () => (await cora.inspect()).events.includes('sender_stopped'), patienceMs);
    expect(page.errors).to.deep.equal([]);
  });
});
