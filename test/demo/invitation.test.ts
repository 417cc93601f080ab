import { expect } from 'chai';
import { describe, it } from 'mocha';
import { invitationTo } from '../../demo/model/invitation.js';

describe('the invitation to a room', () => {
  it('is the address of the page where others can open it', () => {
    for (const home of [
      'https://meet.example.org/calls/r/x',
      'http://192.168.1.5:8080/',
      'https://localhost.example.org/',
    ]) {
      expect(invitationTo('a b', home, 'https://10.0.0.1/'), home).to.deep.equal({
        links: [`${home.replace('r/x', '')}r/a%20b`],
        reach: 'everywhere',
      });
    }
  });

  it('on the own computer is each address in the network that browsers give a camera at', () => {
    const elsewhere =
      'nonsense http://10.0.0.1:8443/ https://127.0.0.1/ https://10.0.0.2:8443/x/ https://[fd00::1]:8443/x/';
    for (const home of ['https://localhost:8443/x/', 'https://127.0.0.1:8443/x/r/a', 'https://[::1]:8443/x/']) {
      expect(invitationTo('a', home, elsewhere), home).to.deep.equal({
        links: ['https://10.0.0.2:8443/x/r/a', 'https://[fd00::1]:8443/x/r/a'],
        reach: 'network',
      });
    }
  });

  it('without one says that it is for this computer only, and what to change', () => {
    for (const [home, remedy] of [
      ['http://localhost:8080/', 'tls'],
      ['https://localhost:8080/', 'host'],
    ] as const) {
      for (const elsewhere of [undefined, '', 'javascript:alert(1)', 'http://10.0.0.1/']) {
        expect(invitationTo('a', home, elsewhere)).to.deep.equal({ links: [`${home}r/a`], reach: 'computer', remedy });
      }
    }
  });
});
