import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { IceServers } from '../../access/index.js';
import { TurnServer, turnSecret } from '../support/turn-server.js';

const patienceMs = 60_000;
/** What it says of an answer 401. */
const refused = /Cannot complete Allocation/;

/** What coturn's own client prints with these credentials. It speaks to itself over the relay unless `args` name a peer. */
function talk(turn: TurnServer, user: { username?: string; credential?: string }, args: readonly string[] = ['-y']) {
  const { username = '', credential = '' } = user;
  const all = ['-u', username, '-w', credential, '-p', String(turn.port), '-n', '1', '-c', ...args, turn.host];
  return new Promise<string>((resolve) => {
    // It tries the same again for minutes when it is refused.
    const child = execFile('timeout', ['8', 'turnutils_uclient', ...all], (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (/error \d{3}|Cannot complete/.test(chunk.toString())) child.kill();
    });
  });
}

describe('deploy/turnserver.conf in a real coturn', function () {
  this.timeout(patienceMs);
  const ttlS = 600;
  let turn: TurnServer;

  before(async function () {
    if (!TurnServer.isInstalled) this.skip();
    turn = await TurnServer.deployed();
  });
  after(async () => {
    if (TurnServer.isInstalled) await turn.stop();
  });

  let agoS = 0;
  const ice = new IceServers(
    () => ({ iceServers: [], turnUrls: [turn.url], turnSecret, turnTtlS: ttlS }),
    () => Date.now() - agoS * 1000,
  );

  /** As the room server made them for a participant so long ago. */
  function credentialsOf(participant: object, madeAgoS = 0) {
    agoS = madeAgoS;
    return ice.of(participant).iceServers[0] ?? {};
  }

  it('relays for credentials of the room server, and refuses them when they have expired or are of another', async () => {
    expect(await talk(turn, credentialsOf({}))).to.match(/Total lost packets 0/);
    expect(await talk(turn, credentialsOf({}, ttlS - 60))).to.match(/Total lost packets 0/);
    expect(await talk(turn, credentialsOf({}, ttlS + 60))).to.match(refused);
    expect(await talk(turn, { ...credentialsOf({}), credential: 'another' })).to.match(refused);
  });

  it('relays to media addresses alone', async () => {
    expect(await talk(turn, credentialsOf({}), ['-e', '192.0.2.1'])).to.match(/error 403/);
    expect(await talk(turn, credentialsOf({}), ['-e', '127.0.0.1'])).to.match(/error 403/);
  });

  it('gives each participant no more than twelve addresses, with however many credentials', async () => {
    const [ana, ben] = [{}, {}];
    const eight = ['-y', '-m', '8'];
    const ofTwo = await Promise.all([ana, ben].map((each) => talk(turn, credentialsOf(each), eight)));
    for (const said of ofTwo) expect(said).to.match(/Total lost packets 0/);
    const ofOne = await Promise.all([0, 60].map((madeAgoS) => talk(turn, credentialsOf(ana, madeAgoS), eight)));
    expect(ofOne.join('')).to.match(/error 486/);
  });
});
