import { expect } from 'chai';
import { joinLink } from '../../access/make-token.js';
import { homeOf, invitation, isLocal, roomOf, socketAddress, tokenOf } from '../../demo/model/address.js';

describe("the page's address", () => {
  it('names the room as ?room=NAME', () => {
    expect(roomOf('https://example.org/?room=red%20garden')).to.equal('red garden');
  });

  it('names the room as #/rooms/NAME, the deep link of the original page', () => {
    expect(roomOf('https://example.org/?room=other#/rooms/caf%C3%A9')).to.equal('café');
    expect(roomOf('https://example.org/#/rooms/100%')).to.equal('100%');
  });

  it('names the room as /r/NAME, below any folder', () => {
    expect(roomOf('https://example.org/r/red%20garden')).to.equal('red garden');
    expect(roomOf('https://example.org/calls/r/caf%C3%A9?room=other')).to.equal('café');
    expect(roomOf('https://example.org/r/100%')).to.equal('100%');
  });

  it('names no room when it does not', () => {
    for (const path of ['#/about', 'r/', 'calls/r/', 'garden']) {
      expect(roomOf(`https://example.org/${path}`), path).to.equal(undefined);
    }
  });

  it('makes an invitation that leads to the same room, whatever it is called', () => {
    for (const room of ['garden', 'a/b?c#d', '100%', '<b>', '..', '.', 'a\\b', '%2F', 'سلام', '🌻', 'r', ' ']) {
      for (const from of ['?x=1#/rooms/other', 'r/other', 'r/r']) {
        const link = invitation(`https://example.org/calls/${from}`, room);
        expect(roomOf(link), link).to.equal(room);
        expect(homeOf(link), link).to.equal('https://example.org/calls/');
      }
    }
  });

  it('is /r/NAME in an invitation, but for names that a proxy could take for folders', () => {
    expect(invitation('https://example.org/r/other', 'red garden')).to.equal('https://example.org/r/red%20garden');
    expect(invitation('https://example.org/r/other', 'a/b')).to.equal('https://example.org/?room=a%2Fb');
  });

  it('knows the addresses that lead to this machine only', () => {
    const local = ['http://localhost:8080/', 'https://127.0.0.1/r/x', 'http://[::1]:8080/', 'http://atrium.localhost/'];
    for (const address of local) expect(isLocal(address), address).to.equal(true);
    for (const address of ['https://localhost.example/', 'https://192.168.1.5:8080/']) {
      expect(isLocal(address), address).to.equal(false);
    }
  });

  it('has the token behind the #, or in the query, and an invitation has none', () => {
    const link = joinLink('https://example.org/calls/', 'red garden', 'a.b.c');
    expect([tokenOf(link), roomOf(link)]).to.deep.equal(['a.b.c', 'red garden']);
    expect(tokenOf('https://example.org/?access_token=a.b.c&room=x')).to.equal('a.b.c');
    expect(tokenOf('https://example.org/?room=x#/rooms/y')).to.equal(undefined);
    expect(tokenOf(invitation(link, 'red garden'))).to.equal(undefined);
  });

  it('leads to the WebSocket on the same host under the same prefix, secure when the page is', () => {
    expect(socketAddress('http://127.0.0.1:8080/?room=garden')).to.equal('ws://127.0.0.1:8080/room');
    expect(socketAddress('https://example.org/calls/?room=x#/rooms/y')).to.equal('wss://example.org/calls/room');
    expect(socketAddress('https://example.org/calls/r/garden')).to.equal('wss://example.org/calls/room');
  });
});
