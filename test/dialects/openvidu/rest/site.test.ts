import { expect } from 'chai';
import { Refusal } from '../../../../dialects/openvidu/rest/refusal.js';
import { publicSite, tokenAddress } from '../../../../dialects/openvidu/rest/site.js';
import { ConfigError, configOf } from '../../../../src/config.js';

describe('where pages of OpenVidu reach the server', () => {
  it('is what the option says, or else what the request names', () => {
    expect(publicSite('https://rooms.example', 'http://10.0.0.1:3000')).to.equal('https://rooms.example');
    expect(publicSite('', 'http://10.0.0.1:3000')).to.equal('http://10.0.0.1:3000');
    expect(publicSite('', 'https://rooms.example')).to.equal('https://rooms.example');
    expect(publicSite('', 'http://[::1]:3000')).to.equal('http://localhost:3000');
  });

  it('is no IPv6 address, which pages cut at its first colon', () => {
    for (const host of ['[2001:db8::1]:3000', '', 'a b', 'x/y']) {
      expect(() => publicSite('', `http://${host}`), host).to.throw(Refusal);
    }
    for (const publicurl of [
      'https://[2001:db8::1]',
      'https://rooms.example/path',
      'rooms.example',
      'ftp://rooms.example',
    ]) {
      expect(() => configOf({ openvidu: { publicurl } }), publicurl).to.throw(ConfigError);
    }
    expect(configOf({ openvidu: { publicurl: 'https://rooms.example:4443/' } }).openvidu.publicurl).to.equal(
      'https://rooms.example:4443',
    );
  });

  it('is in tokens, with the scheme of WebSockets', () => {
    expect(tokenAddress('https://rooms.example', 'A', 'tok_X')).to.equal('wss://rooms.example?sessionId=A&token=tok_X');
    expect(tokenAddress('http://rooms.example', 'A', 'tok_X')).to.equal('ws://rooms.example?sessionId=A&token=tok_X');
  });
});

describe('lists of options as OpenVidu has them', () => {
  const listsIn = (openvidu: NonNullable<NonNullable<Parameters<typeof configOf>[0]>['openvidu']>) =>
    configOf({ openvidu }).openvidu;

  it('are JSON, items in brackets, or items alone', () => {
    for (const webhookEvents of [
      '["sessionCreated","signalSent"]',
      '[sessionCreated,signalSent]',
      'sessionCreated, signalSent',
    ]) {
      expect(listsIn({ webhookEvents }).webhookEvents).to.deep.equal(['sessionCreated', 'signalSent']);
    }
    const servers = [
      { url: 'turn:192.0.2.1:3478', username: 'u', credential: 'c' },
      { url: 'turns:turn.example', staticAuthSecret: 's' },
    ];
    for (const webrtcIceServers of [
      '["url=turn:192.0.2.1:3478,username=u,credential=c","url=turns:turn.example,staticAuthSecret=s"]',
      'url=turn:192.0.2.1:3478,username=u,credential=c,url=turns:turn.example,staticAuthSecret=s',
    ]) {
      expect(listsIn({ webrtcIceServers }).webrtcIceServers).to.deep.equal(servers);
    }
    expect(listsIn({ webhookHeaders: 'A: b' }).webhookHeaders).to.deep.equal([['A', 'b']]);
  });

  it('are refused with one wrong item', () => {
    for (const wrong of [
      { webhookEvents: 'sessionCreated,other' },
      { webrtcIceServers: 'url=turn:192.0.2.1' },
      { webhookHeaders: '["A: b", "no header"]' },
    ]) {
      expect(() => listsIn(wrong), JSON.stringify(wrong)).to.throw(ConfigError);
    }
  });
});
