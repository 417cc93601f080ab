import { expect } from 'chai';
import { ownServer, serverAddress } from '../../client/server-address.js';
import { Room, iceServersOf, type RoomOptions } from '../../client/index.js';
import { codeOf } from '../support/rejection.js';
import { inBrowserWorld } from './browser-world.js';

describe('the address of a server as a page may write it', () => {
  inBrowserWorld();

  const written: readonly (readonly [string, string, string])[] = [
    ['https://host', 'wss://host/room', 'https://host'],
    ['http://host:8080/', 'ws://host:8080/room', 'http://host:8080'],
    ['https://host/meet', 'wss://host/meet/room', 'https://host/meet'],
    ['https://host/meet/', 'wss://host/meet/room', 'https://host/meet'],
    ['https://host/room', 'wss://host/room', 'https://host'],
    ['https://host/meet/room', 'wss://host/meet/room', 'https://host/meet'],
    ['https://host/?room=garden#top', 'wss://host/room', 'https://host'],
    [' wss://host/room ', 'wss://host/room', 'https://host'],
    ['ws://host/meet/room/', 'ws://host/meet/room', 'http://host/meet'],
    ['wss://host', 'wss://host/room', 'https://host'],
    ['wss://host/meet/', 'wss://host/meet/room', 'https://host/meet'],
    ['wss://host/signals?x=1', 'wss://host/signals?x=1', 'https://host/signals'],
    ['HTTPS://Host/', 'wss://host/room', 'https://host'],
    ['http://[::1]:8080/', 'ws://[::1]:8080/room', 'http://[::1]:8080'],
  ];
  for (const [url, socket, base] of written) {
    it(`leads from ${url} to ${socket}`, () => {
      expect(serverAddress(url)).to.deep.equal({ socket, base });
    });
  }

  it('may be an URL', () => {
    expect(serverAddress(new URL('https://host/meet/')).socket).to.equal('wss://host/meet/room');
  });

  it('may be relative to the page', () => {
    Object.assign(document, { baseURI: 'https://host/meet/call.html' });
    expect(
      ['/', './', '.', '/room', '../other/', '//elsewhere/'].map((url) => serverAddress(url).socket),
    ).to.deep.equal([
      ...['wss://host/room', 'wss://host/meet/room', 'wss://host/meet/room', 'wss://host/room'],
      ...['wss://host/other/room', 'wss://elsewhere/room'],
    ]);
    Reflect.deleteProperty(document, 'baseURI');
  });

  for (const url of [
    '',
    '  ',
    'host',
    'host:8080',
    'localhost:8080/room',
    'ftp://host/',
    'https://',
    '/room',
    'file:///x',
    null,
    undefined,
    42,
    {},
  ]) {
    it(`is not ${url === undefined ? 'undefined' : JSON.stringify(url)}, which is told in words`, async () => {
      const options = { url, room: 'garden', user: 'ana' } as unknown as RoomOptions;
      expect(await codeOf(() => new Room(options))).to.equal('invalid-argument');
      expect(await codeOf(Room.join(options))).to.equal('invalid-argument');
      expect(await codeOf(iceServersOf(options.url))).to.equal('invalid-argument');
      expect(() => new Room(options)).to.throw(/https:\/\/|`url` must be/);
    });
  }

  it('is named when nobody answers there', async () => {
    const room = new Room({ url: 'http://127.0.0.1:9/', room: 'garden', user: 'ana' });
    const error: unknown = await room.join().catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'unreachable', advice: 'retry' });
    expect((error as Error).message).to.include('ws://127.0.0.1:9/room');
  });

  it('is known without words to the script that a server serves, and to no other', async () => {
    expect(ownServer('https://host/client/atrium-client.js')).to.equal('https://host/');
    expect(ownServer('http://host:8080/meet/client/atrium-client.global.js?v=1')).to.equal('http://host:8080/meet/');
    for (const script of [
      'https://site/assets/index-B2xq.js',
      'http://localhost:5173/node_modules/@atrium/client/atrium-client.js',
      'file:///home/client/atrium-client.js',
      'blob:https://site.example/1234',
      'https://site/bundle.js',
      '',
    ]) {
      expect(await codeOf(() => ownServer(script)), script).to.equal('invalid-argument');
    }
  });
});
