import { expect } from 'chai';
import { joinLink } from '../../access/make-token.js';
import { invitation, roomOf, socketAddress, tokenOf } from '../../demo/model/address.js';

describe("the page's address", () => {
  it('names the room as ?room=NAME', () => {
    expect(roomOf('https://example.org/?room=red%20garden')).to.equal('red garden');
  });

  it('names the room as #/rooms/NAME, the deep link of the original page', () => {
    expect(roomOf('https://example.org/?room=other#/rooms/caf%C3%A9')).to.equal('café');
    expect(roomOf('https://example.org/#/rooms/100%')).to.equal('100%');
  });

  it('names no room when it does not', () => {
    expect(roomOf('https://example.org/#/about')).to.equal(undefined);
  });

  it('makes an invitation that leads to the same room, whatever it is called', () => {
    for (const room of ['garden', 'a/b?c#d', '100%', '<b>']) {
      expect(roomOf(invitation('https://example.org/calls/?x=1#/rooms/other', room))).to.equal(room);
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
  });
});
