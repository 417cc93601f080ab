import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DeadLetters } from '../../events/dead-letters.js';
import type { DeadLetter } from '../../events/dead-letters.js';
import { RecordingLog } from '../support/recording-log.js';
import { ServiceStage } from '../support/service-stage.js';
import { WebhookReceiver, webhookKey } from '../support/webhook-receiver.js';
import { RpcClient } from '../support/rpc-client.js';
import { atrium } from '../src/cli/atrium.js';

const env = { KEYS: `${webhookKey.name}: ${webhookKey.secret}`, WEBHOOK_KEY: webhookKey.name };

describe('WEBHOOK_DEAD_LETTERS', () => {
  let folder: string;
  let file: string;
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atrium-webhooks-'));
    file = join(folder, 'dead.ndjson');
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    await receiver.die();
    rmSync(folder, { recursive: true });
  });

  function letter(index: number, room = 'lab', url = receiver.url): DeadLetter {
    const id = `EV_${index}`;
    const body = JSON.stringify({ event: 'room_started', id, room: { name: room } });
    return { url, id, event: 'room_started', room, at: 1_000, body };
  }

  function write(letters: readonly DeadLetter[]): void {
    writeFileSync(file, letters.map((each) => `${JSON.stringify(each)}\n`).join(''));
  }

  function ids(): string[] {
    return receiver.received.map(({ event }) => event.id);
  }

  it('has what a server could not send, which is sent again with the same ids', async () => {
    const config = { webhookUrls: [receiver.url], webhookKey: webhookKey.name, keys: env.KEYS };
    const stage = new ServiceStage({ ...config, webhookMaxAgeS: 0, webhookDeadLetters: file });
    receiver.answer = (response) => response.writeHead(500).end();
    const ana = await RpcClient.connect(await stage.start());
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    await stage.stop();
    await ana.close();
    expect(statSync(file).mode & 0o777).to.equal(0o600);

    receiver.answer = (response) => response.end();
    receiver.received.length = 0;
    const { code, out } = await atrium(`webhooks resend ${file}`, env);
    expect(out).to.equal(`4 sent, 0 kept in ${file}\n`);
    expect(code).to.equal(0);
    expect(receiver.told()).to.deep.equal([
      ...['room_started garden', 'participant_joined garden ana'],
      ...['participant_left garden ana', 'room_finished garden'],
    ]);
    expect(receiver.faults).to.deep.equal([]);
    expect(existsSync(file)).to.equal(false);
  });

  it('is renamed once it is large, and only one former file is kept', async () => {
    const letters = new DeadLetters(file, new RecordingLog(), 500);
    for (let index = 0; index < 10; index += 1) {
      letters.add(letter(index));
      await letters.written();
    }
    expect(statSync(file).size).to.be.at.most(500);
    expect(statSync(`${file}.1`).size).to.be.at.most(500);
    expect(readFileSync(file, 'utf8').trim().split('\n').at(-1)).to.equal(JSON.stringify(letter(9)));
    expect(existsSync(`${file}.2`)).to.equal(false);
  });

  it('costs nothing but a line of the log where it cannot be written', async () => {
    const log = new RecordingLog();
    const letters = new DeadLetters(join(folder, 'nowhere', 'dead.ndjson'), log);
    letters.add(letter(1));
    await letters.written();
    expect(log.has('error', 'cannot be kept')).to.equal(true);
  });

  describe('atrium webhooks resend', () => {
    it('keeps what is not taken, and what comes after it in the same room', async () => {
      write([letter(1), letter(2, 'hall'), letter(3), letter(4, 'hall'), letter(5)]);
      receiver.answer = (response, { event }) => response.writeHead(event.id === 'EV_3' ? 500 : 200).end();
      const first = await atrium(['webhooks', 'resend', file], env);
      expect(first.code).to.equal(1);
      expect(first.out).to.equal(`3 sent, 2 kept in ${file}\n`);
      expect(first.told).to.equal('room_started EV_3: it answers 500\n');
      expect(ids()).to.deep.equal(['EV_1', 'EV_2', 'EV_3', 'EV_4']);
      receiver.answer = (response) => response.end();
      expect((await atrium(['webhooks', 'resend', file], env)).out).to.equal(`2 sent, 0 kept in ${file}\n`);
      expect(ids().slice(4)).to.deep.equal(['EV_3', 'EV_5']);
    });

    it('goes on where it was interrupted', async () => {
      write([letter(2)]);
      writeFileSync(`${file}.sending`, `${JSON.stringify(letter(1))}\n`);
      expect((await atrium(['webhooks', 'resend', file], env)).out).to.equal(`2 sent, 0 kept in ${file}\n`);
      expect(ids()).to.deep.equal(['EV_1', 'EV_2']);
      expect(existsSync(`${file}.sending`)).to.equal(false);
    });

    it('loses no line that it cannot read', async () => {
      writeFileSync(file, `{"half\n${JSON.stringify(letter(1))}\n`);
      const { out } = await atrium(['webhooks', 'resend', file], env);
      expect(out).to.equal(`1 sent, 1 kept in ${file}, of which 1 cannot be read\n`);
      expect(readFileSync(file, 'utf8')).to.equal('{"half\n');
    });

    it('says what is missing', async () => {
      expect(await atrium('webhooks resend', env)).to.deep.include({ code: 2 });
      expect((await atrium('webhooks resend', env)).told).to.include('Name the file');
      const none = await atrium(['webhooks', 'resend', file], env);
      expect(none.code).to.equal(1);
      expect(none.told).to.include('no such file');
      write([letter(1)]);
      const unknown = await atrium(['webhooks', 'resend', file], { ...env, WEBHOOK_KEY: 'other' });
      expect(unknown.told).to.include('WEBHOOK_KEY: "other" is no key in KEYS');
      expect(existsSync(file), 'nothing was touched').to.equal(true);
    });
  });
});
