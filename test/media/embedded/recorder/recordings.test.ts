import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { makeFile } from '../../../../media/embedded/recorder/new-file.js';
import { failureOf, RecordingRefused } from '../../../../media/embedded/recorder/recording-failure.js';
import { Recordings } from '../../../../media/embedded/recorder/recordings.js';

describe('the files of recordings', () => {
  let outside: string;
  let directory: string;

  beforeEach(() => {
    outside = realpathSync(mkdtempSync(join(tmpdir(), 'recordings-')));
    directory = join(outside, 'recordings');
    mkdirSync(join(directory, 'REC_1'), { recursive: true });
    writeFileSync(join(outside, 'precious.webm'), 'as it was');
  });

  afterEach(() => {
    chmodSync(directory, 0o700);
    rmSync(outside, { recursive: true });
  });

  /** Opens a file as a recording does. Undefined when it was refused. */
  async function made(uri: string, recordings = new Recordings({ directory })): Promise<string | undefined> {
    try {
      const place = recordings.place(uri);
      await place.check();
      const handle = await place.open();
      await handle.close();
      return uri;
    } catch (error) {
      expect(failureOf(error).type).to.be.oneOf(['INVALID_URI', 'RESOURCE_ERROR_OPEN_WRITE']);
      return undefined;
    }
  }

  /** Of everything that is outside, and not in the directory. */
  const elsewhere = (): [string[], string] => [
    readdirSync(outside).sort(),
    readFileSync(join(outside, 'precious.webm'), 'utf8'),
  ];

  it('are made in the directory and below, by name or by uri, for their owner alone', async () => {
    const href = pathToFileURL(directory).href;
    const uris = ['a.webm', 'REC_1/0001-camera.webm', `${href}/b.mkv`, `${href}/REC_1/0002-screen.webm`];
    uris.push(`file:${directory}/c.webm`, `file://localhost${directory}/d.webm`, `${'x'.repeat(123)}.webm`);
    for (const uri of uris) expect(await made(uri), uri).to.equal(uri);
    expect(readdirSync(join(directory, 'REC_1'))).to.have.members(['0001-camera.webm', '0002-screen.webm']);
    for (const name of ['a.webm', 'b.mkv', 'c.webm', 'd.webm', 'REC_1/0001-camera.webm']) {
      expect(statSync(join(directory, name)).mode & 0o777, name).to.equal(0o600);
    }
  });

  it('are made where the directory is a link itself, by either of its names, and with odd characters in them', async () => {
    const odd = join(outside, 'Aufnahmen von März');
    mkdirSync(odd);
    symlinkSync(odd, join(outside, 'link'));
    const recordings = new Recordings({ directory: join(outside, 'link') });
    const uris = [`${pathToFileURL(odd).href}/a.webm`, `${pathToFileURL(join(outside, 'link')).href}/b.webm`, 'c.webm'];
    for (const uri of uris) expect(await made(uri, recordings), uri).to.equal(uri);
    expect(readdirSync(odd)).to.have.members(['a.webm', 'b.webm', 'c.webm']);
  });

  it('are made nowhere else, in forty ways out', async () => {
    mkdirSync(join(directory, '1/2/3/4'), { recursive: true });
    mkdirSync(join(directory, 'folder.webm'));
    symlinkSync(join(outside, 'precious.webm'), join(directory, 'link.webm'));
    symlinkSync(join(outside, 'new.webm'), join(directory, 'dangling.webm'));
    symlinkSync(outside, join(directory, 'way-out'));
    symlinkSync('REC_1', join(directory, 'inner-link'));
    const href = pathToFileURL(directory).href;
    const up = pathToFileURL(outside).href;
    const uris = [
      // Up
      '../new.webm',
      '../../new.webm',
      'REC_1/../../new.webm',
      'REC_1/../new.webm',
      './new.webm',
      'REC_1/./new.webm',
      '..',
      '../.webm',
      '%2e%2e/new.webm',
      '..%2fnew.webm',
      '..\\new.webm',
      'REC_1\\..\\..\\new.webm',
      `${href}/../new.webm`,
      `${href}/%2e%2e/new.webm`,
      `${href}/%2E./new.webm`,
      `${href}/..%2fnew.webm`,
      `${href}/%252e%252e/new.webm`,
      `${href}/REC_1/../../new.webm`,
      `${href}/..;/new.webm`,
      `${href}-2/new.webm`,
      // Elsewhere
      `${up}/new.webm`,
      `${up}/precious.webm`,
      `file://${outside}//recordings/../new.webm`,
      join(outside, 'new.webm'),
      `//${outside}/new.webm`,
      'file:new.webm',
      'file://elsewhere/new.webm',
      `file://elsewhere${directory}/new.webm`,
      'http://127.0.0.1/new.webm',
      'https://127.0.0.1/new.webm',
      'rtsp://127.0.0.1/new.webm',
      `FILE:${outside}/new.webm`,
      // Links
      'link.webm',
      'dangling.webm',
      'way-out/new.webm',
      'way-out/precious.webm',
      'inner-link/new.webm',
      `${href}/way-out/new.webm`,
      // No plain names
      'REC_1//new.webm',
      '/new.webm',
      'REC_1/',
      'folder.webm',
      'folder.webm/',
      'new',
      'new.mp4',
      'new.webm.sh',
      'new.WEBM',
      'new.webm\n',
      'new\0.webm',
      'new.webm\0.sh',
      'new file.webm',
      'né.webm',
      '~/new.webm',
      '$HOME.webm',
      '{recording}.webm',
      `${href}/new.webm?x=.webm`,
      `${href}/new.webm#.webm`,
      `${href}/a%00.webm`,
      `${href}/%zz.webm`,
      `${'x'.repeat(124)}.webm`,
      '1/2/3/4/new.webm',
      'no-such-directory/new.webm',
      '',
      '.',
    ];
    expect(uris.length).to.be.at.least(40);
    const before = [elsewhere(), readdirSync(directory), readdirSync(join(directory, 'REC_1'))];
    for (const uri of uris) expect(await made(uri), JSON.stringify(uri)).to.equal(undefined);
    // The same, where nothing that exists protects itself.
    const overwriting = new Recordings({ directory, overwrite: true });
    for (const uri of uris) expect(await made(uri, overwriting), JSON.stringify(uri)).to.equal(undefined);
    expect([elsewhere(), readdirSync(directory), readdirSync(join(directory, 'REC_1'))]).to.deep.equal(before);
  });

  it('are not made without a directory, nor in one that is not there or may not be written to', async () => {
    expect(await made('a.webm', new Recordings())).to.equal(undefined);
    expect(await made('a.webm', new Recordings({ directory: join(outside, 'none') }))).to.equal(undefined);
    expect(existsSync(join(outside, 'none'))).to.equal(false);
    if (process.getuid?.() === 0) return;
    chmodSync(directory, 0o500);
    expect(await made('a.webm')).to.equal(undefined);
  });

  it('that exist are not replaced', async () => {
    writeFileSync(join(directory, 'a.webm'), 'a recording');
    expect(await made('a.webm')).to.equal(undefined);
    const place = new Recordings({ directory }).place('a.webm');
    expect(failureOf(await place.open().catch((error: unknown) => error)).type).to.equal('RESOURCE_ERROR_OPEN_WRITE');
    expect(readFileSync(join(directory, 'a.webm'), 'utf8')).to.equal('a recording');
  });

  it('that exist are replaced where that was wished, and keep what they are by their other names', async () => {
    linkSync(join(outside, 'precious.webm'), join(directory, 'a.webm'));
    const recordings = new Recordings({ directory, overwrite: true });
    expect(await made('a.webm', recordings)).to.equal('a.webm');
    expect(statSync(join(directory, 'a.webm')).size).to.equal(0);
    expect(statSync(join(directory, 'a.webm')).mode & 0o777).to.equal(0o600);
    expect(readFileSync(join(outside, 'precious.webm'), 'utf8')).to.equal('as it was');
  });

  for (const [what, plant] of [
    [
      'in place of the file',
      () => {
        symlinkSync(join(outside, 'new.webm'), join(directory, 'REC_1/a.webm'));
      },
    ],
    [
      'in place of its directory',
      () => {
        renameSync(join(directory, 'REC_1'), join(directory, 'moved'));
        symlinkSync(outside, join(directory, 'REC_1'));
      },
    ],
    [
      'to a directory below, in place of its directory',
      () => {
        renameSync(join(directory, 'REC_1'), join(directory, 'moved'));
        symlinkSync('moved', join(directory, 'REC_1'));
      },
    ],
  ] as const) {
    for (const overwrite of [false, true]) {
      it(`a link that is planted ${what} before it is opened is not followed${overwrite ? ', with overwriting' : ''}`, async () => {
        const place = new Recordings({ directory, overwrite }).place('REC_1/a.webm');
        await place.check();
        plant();
        const error: unknown = await place.open().then(
          (handle) => handle.close(),
          (thrown: unknown) => thrown,
        );
        expect(failureOf(error).type).to.equal('RESOURCE_ERROR_OPEN_WRITE');
        expect(elsewhere()).to.deep.equal([['precious.webm', 'recordings'], 'as it was']);
        expect(existsSync(join(directory, 'moved/a.webm'))).to.equal(false);
      });
    }
  }

  // A thread puts links in place of the directory and takes them away, as fast as it can.
  it('links that come and go while files are opened lead nowhere', async function () {
    if (!existsSync('/proc/self/fd')) {
      this.skip();
      return;
    }
    const stopping = new Int32Array(new SharedArrayBuffer(4));
    const planting = new Worker(
      `const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
       const { parentPort, workerData: [real, moved, outside, stop] } = require('node:worker_threads');
       parentPort.postMessage('ready');
       while (Atomics.load(stop, 0) === 0) {
         renameSync(real, moved); symlinkSync(outside, real); unlinkSync(real); renameSync(moved, real);
       }`,
      { eval: true, workerData: [join(directory, 'REC_1'), join(directory, 'moved'), outside, stopping] },
    );
    await once(planting, 'message');
    let opened = 0;
    let refusals = 0;
    try {
      for (let attempt = 0; (opened < 20 || refusals < 20) && attempt < 20_000; attempt += 1) {
        try {
          await (await makeFile(directory, ['REC_1', `${attempt}.webm`], { overwrite: false })).close();
          opened += 1;
        } catch (error) {
          expect(error).to.be.instanceOf(RecordingRefused);
          refusals += 1;
        }
      }
    } finally {
      Atomics.store(stopping, 0, 1);
      await once(planting, 'exit');
    }
    expect(
      [opened, refusals].every((times) => times >= 20),
      `${opened} opened, ${refusals} refused`,
    ).to.equal(true);
    expect(elsewhere()).to.deep.equal([['precious.webm', 'recordings'], 'as it was']);
  });

  it('are made where open files have no names of their own, and links are not followed there either', async () => {
    const options = { overwrite: false, byDescriptor: false };
    await (await makeFile(directory, ['REC_1', 'a.webm'], options)).close();
    expect(readdirSync(join(directory, 'REC_1'))).to.deep.equal(['a.webm']);
    symlinkSync(outside, join(directory, 'way-out'));
    symlinkSync(join(outside, 'new.webm'), join(directory, 'link.webm'));
    for (const names of [['way-out', 'b.webm'], ['link.webm'], ['REC_1', 'a.webm']]) {
      expect(await makeFile(directory, names, options).catch((error: unknown) => error)).to.be.instanceOf(Error);
    }
    expect(elsewhere()).to.deep.equal([['precious.webm', 'recordings'], 'as it was']);
  });
});
