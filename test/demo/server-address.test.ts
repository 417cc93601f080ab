import { expect } from 'chai';
import { serverAddress, serverOfScript } from '../../demo/model/server-address.js';

const page = 'https://site.example/some/page.html?x=1';

describe('the address of a server, as a page writes it', () => {
  it('is that of its pages or of its WebSocket, with or without a prefix, or relative to the page', () => {
    const meet = { home: 'https://meet.example/', socket: 'wss://meet.example/room' };
    for (const given of [
      'https://meet.example',
      'https://meet.example/',
      'wss://meet.example/room',
      '//meet.example',
    ]) {
      expect(serverAddress(given, page), given).to.deep.equal(meet);
    }
    const prefixed = { home: 'http://localhost:8080/meet/', socket: 'ws://localhost:8080/meet/room' };
    for (const given of [
      'http://localhost:8080/meet',
      'http://localhost:8080/meet/',
      'ws://localhost:8080/meet/room',
    ]) {
      expect(serverAddress(given, page), given).to.deep.equal(prefixed);
    }
    expect(serverAddress('/calls/', page).home).to.equal('https://site.example/calls/');
  });

  it('is refused with what to write when it is none', () => {
    for (const given of ['ftp://meet.example', 'meet.example:8080', 'https://', 'javascript:alert(1)']) {
      expect(() => serverAddress(given, page), given)
        .to.throw(`"${given}" is no address of a server. Write it as https://host/.`)
        .with.property('code', 'invalid-argument');
    }
  });

  it('is where the script came from, when that was a server', () => {
    expect(serverOfScript('https://meet.example/client/atrium-call.js')).to.equal('https://meet.example/');
    expect(serverOfScript('http://localhost:8080/meet/client/atrium-call.js?v=1')).to.equal(
      'http://localhost:8080/meet/',
    );
    for (const script of [
      'https://site.example/assets/index-abc.js',
      'http://localhost:5173/node_modules/@atrium/client/atrium-call.js',
      'file:///home/ana/client/atrium-call.js',
      'blob:https://site.example/1234',
    ]) {
      expect(serverOfScript(script), script).to.equal('');
    }
  });
});
