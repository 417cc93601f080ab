import { expect } from 'chai';
import type { ParentLog } from '../../log.js';
import { recordingOperations } from '../../rest/recording-operations.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { MemoryArchive } from '../support/memory-archive.js';
import { ServiceStage } from '../support/service-stage.js';
import { testKey, tokenWith } from '../support/tokens.js';
import { Asker } from './asker.js';
import type { Reply } from './asker.js';

const admin = asAdmin.headers;
/** The header of a program that may record one room, or those of a grant of its own. */
const as = (video: object): { readonly Authorization: string } => ({
  Authorization: `Bearer ${tokenWith({ sub: 'backend', video })}`,
});
const recorder = as({ room: 'r', roomRecord: true });
const idOf = (number: number): string => `REC_${String(number).padStart(16, '0')}`;

function without(whole: object = {}, ...members: readonly string[]): object {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !members.includes(name)));
}

interface Page {
  readonly recordings: readonly { readonly id: string }[];
  readonly next: string | null;
}

describe('REST: recordings', () => {
  const audited: object[] = [];
  const note = (message: string, fields: object = {}): void => {
    if (message === 'audit') audited.push(fields);
  };
  const log: ParentLog = { error: note, warn: note, info: note, debug: note, child: () => log };
  const kept = new MemoryArchive();
  const stage = new ServiceStage({ adminToken, keys: testKey }, { archive: kept, log });
  let asker: Asker;

  before(async () => {
    asker = await Asker.of(await stage.start());
    const contents = { '0001-camera.webm': Buffer.from('of a camera') };
    for (let number = 1; number <= 12; number += 1) {
      const name = number % 3 === 0 ? 'other' : 'r';
      const state = number % 4 === 0 ? 'failed' : number > 10 ? 'recording' : 'ready';
      kept.add({ id: idOf(number), room: { name, sid: 'RM_1' }, state, name: `No. ${number}` }, contents);
    }
  });
  after(() => stage.stop());

  async function list(query: string, headers: object = admin): Promise<Page> {
    const { status, body } = await asker.ask(`api/v1/recordings${query}`, 'GET', { ...headers });
    expect(status, query).to.equal(200);
    return body as Page;
  }

  /** The ids of all pages. */
  async function listed(query: string, headers: object): Promise<string[]> {
    const found: string[] = [];
    let { recordings, next } = await list(`?${query}`, headers);
    for (;;) {
      found.push(...recordings.map(({ id }) => id));
      if (next === null) return found;
      expect(next, 'the client has seen it').to.equal(found.at(-1));
      ({ recordings, next } = await list(`?${query}&before=${next}`, headers));
    }
  }

  /** Newest first. */
  const numbers = Array.from({ length: 12 }, (_, index) => 12 - index);
  const ids = (fits: (number: number) => boolean): string[] => numbers.filter(fits).map(idOf);

  it('are listed newest first, in pages of any size, those of a room and of a state', async () => {
    for (const limit of [1, 2, 3, 4, 5, 8, 11, 12, 13, 100]) {
      const all = await listed(`limit=${limit}`, admin);
      expect(all, String(limit)).to.deep.equal(ids(() => true));
      const failed = await listed(`limit=${limit}&state=failed&room=r`, admin);
      expect(failed, String(limit)).to.deep.equal(ids((number) => number % 4 === 0 && number % 3 > 0));
    }
    expect((await list('?room=nowhere')).recordings).to.deep.equal([]);
    const [newest] = (await list('')).recordings;
    expect(newest).to.include({ id: idOf(12), state: 'failed', name: 'No. 12' });
    expect(newest).to.not.have.any.keys('events', 'version');
  });

  it('are listed to a token as far as they are of rooms that it may record', async () => {
    const seen: [object, (number: number) => boolean][] = [
      [recorder, (number) => number % 3 > 0],
      [as({ room: 'other', roomAdmin: true }), (number) => number % 3 === 0],
      [as({ roomPattern: 'o*', roomRecord: true }), (number) => number % 3 === 0],
      [as({ roomRecord: true }), () => true],
      [as({ room: 'r', roomJoin: true, roomList: true, roomCreate: true }), () => false],
      [as({ room: 'third', roomRecord: true }), () => false],
    ];
    for (const [headers, fits] of seen) {
      for (const limit of [1, 2, 3, 4, 5, 100]) {
        expect(await listed(`limit=${limit}`, headers)).to.deep.equal(ids(fits));
      }
    }
    const afterUnseen = await list(`?before=${idOf(12)}`, recorder);
    expect(afterUnseen, 'as after one that is not there').to.deep.equal(await list('?before=REC_none', recorder));
    const named = await asker.ask('api/v1/recordings?room=other', 'GET', recorder);
    expect([named.status, (named.body as { code: string }).code]).to.deep.equal([403, 'forbidden']);
    expect(await listed('room=r&limit=3', recorder)).to.deep.equal(ids((number) => number % 3 > 0));
  });

  it('are listed for parameters that are well-formed, and no others', async () => {
    const wrong = ['limit=0', 'limit=101', 'limit=1.5', 'limit=-1', 'limit=', 'state=gone', 'before=../x', 'before='];
    for (const query of [...wrong, 'room=', 'limit=1&limit=2']) {
      const { status, body } = await asker.ask(`api/v1/recordings?${query}`, 'GET', admin);
      expect([status, (body as { code: string }).code], query).to.deep.equal([400, 'bad-request']);
    }
  });

  it('are shown with their files, and in the manifest with all that is known', async () => {
    const manifest = await kept.find(idOf(1));
    const shown = await asker.ask(`api/v1/recordings/${idOf(1)}/manifest`, 'GET', recorder);
    expect([shown.status, shown.body]).to.deep.equal([200, manifest]);
    expect(shown.headers['cache-control']).to.equal('no-store');
    const { body } = await asker.ask(`api/v1/recordings/${idOf(1)}`, 'GET', recorder);
    expect(body).to.deep.equal(without(manifest, 'version', 'events'));
  });

  /** Each operation on one recording. */
  const onOne = Object.values(recordingOperations).filter(({ path }) => path.includes('{id}'));
  const pathsOf = (id: string): [method: string, path: string][] =>
    onOne.flatMap(({ method, path }) => {
      const target = path.slice(1).replace('{id}', id).replace('{file}', '0001-camera.webm');
      return [[method.toUpperCase(), target], ...(method === 'get' ? [['HEAD', target] as [string, string]] : [])];
    });
  const withoutId = ({ status, text, headers }: Reply, id: string): unknown => {
    // The tag and the length are those of the text.
    const others = without(headers, 'date', 'etag', 'content-length');
    return { status, text: text.replaceAll(id, 'ID'), headers: others };
  };

  it('are not there for the token of another room, whatever is asked', async () => {
    const other = as({ room: 'other', roomRecord: true, roomAdmin: true, roomCreate: true });
    const absent = 'REC_absent0000000000';
    for (const [index, [method, path]] of pathsOf(idOf(1)).entries()) {
      const refused = await asker.ask(path, method, other);
      const [, pathOfAbsent = ''] = pathsOf(absent)[index] ?? [];
      const notThere = await asker.ask(pathOfAbsent, method, other);
      expect(withoutId(refused, idOf(1)), `${method} ${path}`).to.deep.equal(withoutId(notThere, absent));
      expect(refused.status).to.equal(404);
    }
    expect(await kept.find(idOf(1)), 'it is still there').to.not.equal(undefined);
  });

  it('are for nobody without a token, or with one that is wrong', async () => {
    const paths: [string, string][] = [['GET', 'api/v1/recordings'], ...pathsOf(idOf(1)), ...pathsOf('nothing')];
    for (const [method, path] of paths) {
      for (const headers of [{}, { Authorization: `Bearer ${tokenWith({ video: { roomRecord: true } }, 'a: b')}` }]) {
        expect((await asker.ask(path, method, headers)).status, `${method} ${path}`).to.equal(401);
      }
    }
  });

  it('are looked for by ids and names of files that can be some, and by no others', async () => {
    const odd = [
      ...['..', '%2e%2e', '.', '%2e', '..%2f..%2fetc', '%2fetc%2fpasswd', '..%5c..', 'REC_%00', 'REC_a%2fb', 'REC_'],
      ...['rec_a', 'REC_a.b', 'REC_%C3%A9', 'REC_a%20', 'REC_a%0a', `REC_${'a'.repeat(65)}`, '__proto__', '%E2%80%AE'],
    ];
    for (const part of odd) {
      for (const path of [part, `${part}/manifest`, `${part}/files/0001-camera.webm`]) {
        kept.asked.length = 0;
        const { status } = await asker.ask(`api/v1/recordings/${path}`, 'GET', admin);
        expect(status, path).to.equal(404);
        expect(kept.asked, path).to.deep.equal([]);
      }
    }
    const files = [
      ...['..', '%2e%2e', '.', '%2e', '..%2fmanifest.json', '%2e%2e%2f%2e%2e%2fx', '.hidden', '..%5cx', '0001%00.webm'],
      ...['%2fetc%2fpasswd', 'a%2fb', 'a%20b', '%C3%A9.webm', 'a'.repeat(129), 'a%0d%0ab', 'a"b', 'C:x'],
    ];
    for (const file of files) {
      for (const [method, end] of [
        ['GET', ''],
        ['HEAD', ''],
        ['POST', '/link'],
      ] as const) {
        kept.asked.length = 0;
        const { status } = await asker.ask(`api/v1/recordings/${idOf(1)}/files/${file}${end}`, method, admin);
        expect(status, `${method} ${file}`).to.equal(404);
        expect(
          kept.asked.filter((asked) => asked.startsWith('file')),
          file,
        ).to.deep.equal([]);
      }
    }
    for (const malformed of ['%', '%E0%A4%A', 'REC_%zz']) {
      expect((await asker.ask(`api/v1/recordings/${malformed}`, 'GET', admin)).status, malformed).to.equal(400);
    }
  });

  it('are removed once, by those who may, when they have ended', async () => {
    const path = `api/v1/recordings/${idOf(2)}`;
    expect((await asker.ask(path, 'DELETE', as({ room: 'other', roomRecord: true }))).status).to.equal(404);
    expect((await asker.ask(path, 'DELETE', recorder)).status).to.equal(204);
    expect((await asker.ask(path, 'DELETE', recorder)).status).to.equal(404);
    expect((await asker.ask(path, 'GET', recorder)).status).to.equal(404);
    const running = await asker.ask(`api/v1/recordings/${idOf(11)}`, 'DELETE', recorder);
    expect([running.status, (running.body as { code: string }).code]).to.deep.equal([409, 'conflict']);
    expect(audited).to.deep.equal([
      { actor: 'test', action: 'removeRecording', room: 'r', target: idOf(2), outcome: 'done' },
      { actor: 'test', action: 'removeRecording', room: 'r', target: idOf(11), outcome: 'refused' },
    ]);
  });
});

describe('REST: recordings of a server that makes none', () => {
  const stage = new ServiceStage({ adminToken, keys: testKey });
  let asker: Asker;
  before(async () => {
    asker = await Asker.of(await stage.start());
  });
  after(() => stage.stop());

  it('are not there, and the list says why', async () => {
    const { status, body } = await asker.ask('api/v1/recordings', 'GET', admin);
    expect([status, (body as { detail: string }).detail]).to.deep.equal([
      404,
      'This server records nothing (RECORDINGS_DIR)',
    ]);
    for (const path of [idOf(1), `${idOf(1)}/manifest`, `${idOf(1)}/files/0001-camera.webm`]) {
      const answer = await asker.ask(`api/v1/recordings/${path}`, 'GET', admin);
      expect((answer.body as { code: string }).code, path).to.equal('recording-not-found');
    }
  });
});
