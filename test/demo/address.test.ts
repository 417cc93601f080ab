import { expect } from 'chai';
import { invitation, roomOf, socketAddress } from '../../demo/model/address.js';

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

  it('leads to the WebSocket on the same host under the same prefix, secure when the page is', () => {
    expect(socketAddress('http://127.0.0.1:8080/?room=garden')).to.equal('ws://127.0.0.1:8080/room');
    expect(socketAddress('https://example.org/calls/?room=x#/rooms/y')).to.equal('wss://example.org/calls/room');
  });
});
