import { expect } from 'chai';
import { OwnSpeech, Room } from '../../client/index.js';
import type { Speakers } from '../../client/index.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';
import { ScriptedServer } from './scripted-server.js';

const capabilities = {
  ...{ simulcast: false, layers: 1, pause: true, activeSpeaker: 'clients' },
  ...{ lastN: true, audioLastN: false, recording: false },
};

/** A timer that begins after that of `OwnSpeech`, and is no faster, fires after it. */
const twoLooks = async (): Promise<void> => {
  let looks = 0;
  const timer = setInterval(() => (looks += 1), 300);
  await until('it has looked', () => looks === 2);
  clearInterval(timer);
};

describe('our own speech', () => {
  inBrowserWorld();

  /** @returns what the server was told while we spoke, and ceased to speak */
  async function toldBy(joined: object): Promise<unknown[]> {
    const told: unknown[] = [];
    const server = await ScriptedServer.start(({ method, params }) => {
      if (method === 'updateState') told.push(params.speaking);
      return { result: method === 'joinRoom' ? { value: [], sessionId: 'one', ...joined } : {} };
    });
    const room = await Room.join({ url: server.url, room: 'garden', user: 'ana' });
    let speaking: readonly string[] = ['ana'];
    let looks = 0;
    const speakers = {
      levelOf: () => 0,
      close: () => undefined,
      get speaking() {
        looks += 1;
        return speaking;
      },
    } as unknown as Speakers;
    new OwnSpeech(room, speakers);
    if (room.wantsOwnSpeech) {
      await until('it is told', () => told.length === 1 && looks > 1);
      speaking = [];
      await until('the end is told', () => told.length === 2);
    } else await twoLooks();
    await room.leave();
    server.stop();
    return told;
  }

  it('is told to a server that does not hear it, when it begins and when it has ended', async () => {
    expect(await toldBy({ capabilities })).to.deep.equal([true, false]);
  });

  it('is not told to a server that hears it, nor to one that does not know it', async () => {
    expect(await toldBy({ capabilities: { ...capabilities, activeSpeaker: 'server' } })).to.deep.equal([]);
    expect(await toldBy({})).to.deep.equal([]);
  });
});
