import { expect } from 'chai';
import { isCut, readOffer } from '../../../dialects/whip/offer.js';
import { wholeAnswer } from '../../../dialects/whip/whole-answer.js';
import { kindsSentBy } from '../../../rooms/index.js';
import { offerOf } from './whip-stage.js';

describe('an offer of WHIP', () => {
  const directionsIn = (sdp: string): (string | undefined)[] =>
    sdp
      .split(/^m=/m)
      .slice(1)
      .map((section) => /^a=(sendonly|recvonly|sendrecv|inactive)\r?$/m.exec(section)?.[1]);

  it('that goes both ways is taken one way, in whichever place it says so', () => {
    expect(directionsIn(readOffer(offerOf('sendrecv'), 'sendonly').sdp)).to.deep.equal(['sendonly', 'sendonly']);
    expect(directionsIn(readOffer(offerOf('sendrecv'), 'recvonly').sdp)).to.deep.equal(['recvonly', 'recvonly']);
    const silent = offerOf('sendrecv').replaceAll('a=sendrecv\r\n', '');
    expect(directionsIn(readOffer(silent, 'sendonly').sdp)).to.deep.equal(['sendonly', 'sendonly']);
    const ofAll = silent.replace('t=0 0', 't=0 0\r\na=sendonly');
    expect(directionsIn(readOffer(ofAll, 'sendonly').sdp)).to.deep.equal(['sendonly', 'sendonly']);
    expect(() => readOffer(ofAll, 'recvonly')).to.throw('Media goes one way here');
  });

  it('may have sections that share the port of another one, as those of GStreamer', () => {
    const sharing = offerOf('sendonly').replace('m=video 9', 'm=video 0').replace(/$/, 'a=bundle-only\r\n');
    expect(kindsSentBy(sharing)).to.deep.equal(['audio', 'video']);
    expect(isCut(sharing, offerOf('recvonly'))).to.equal(false);
    expect(isCut(sharing, offerOf('recvonly').replace('m=video 9', 'm=video 0'))).to.equal(true);
  });

  it('may have sections that are refused or do nothing', () => {
    const refused = offerOf('sendonly', ['audio', 'application']).replace('m=application 9', 'm=application 0');
    expect(readOffer(refused, 'sendonly').mids).to.deep.equal(['0', '1']);
  });
});

describe('an answer of WHIP', () => {
  const found = (sdpMLineIndex: number, candidate = `candidate:${sdpMLineIndex} 1 UDP 1 192.0.2.1 9 typ host`) => ({
    ...{ candidate, sdpMid: String(sdpMLineIndex), sdpMLineIndex },
  });
  const linesIn = (sdp: string): string[] => sdp.split('\r\n').filter((line) => /^m=|candidate/.test(line));

  it('has each candidate where its transport is described', () => {
    const alone = offerOf('recvonly').replace(/a=group.*\r\n/, '');
    expect(linesIn(wholeAnswer(alone, [found(0), found(1), found(1)], false))).to.deep.equal([
      'm=audio 9 UDP/TLS/RTP/SAVPF 96',
      'a=candidate:0 1 UDP 1 192.0.2.1 9 typ host',
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
      'a=candidate:1 1 UDP 1 192.0.2.1 9 typ host',
    ]);
    expect(linesIn(wholeAnswer(offerOf('recvonly'), [found(1)], true))).to.deep.equal([
      'm=audio 9 UDP/TLS/RTP/SAVPF 96',
      'a=candidate:1 1 UDP 1 192.0.2.1 9 typ host',
      'a=end-of-candidates',
      'm=video 9 UDP/TLS/RTP/SAVPF 96',
    ]);
  });

  it('names no candidate that it has already', () => {
    const told = offerOf('recvonly', ['audio']).concat('a=candidate:0 1 UDP 1 192.0.2.1 9 typ host\r\n');
    expect(linesIn(wholeAnswer(told, [found(0)], false))).to.have.lengthOf(2);
  });
});
