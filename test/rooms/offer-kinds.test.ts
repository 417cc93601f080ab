import { expect } from 'chai';
import { kindsSentBy } from '../../rooms/index.js';
import { Stage, publish } from './stage.js';

/** An offer of sections, each by its kind, direction and port. */
function offerOf(...sections: readonly (readonly [kind: string, direction?: string, port?: number])[]): string {
  const lines = sections.flatMap(([kind, direction, port = 9], index) => [
    `m=${kind} ${port} UDP/TLS/RTP/SAVPF 96`,
    `a=mid:${index}`,
    ...(direction === undefined ? [] : [`a=${direction}`]),
  ]);
  return ['v=0', 's=-', 't=0 0', ...lines, ''].join('\r\n');
}

describe('The kinds of media that a publication carries', () => {
  const offers: readonly (readonly [what: string, offer: string, kinds: readonly string[]])[] = [
    ['both', offerOf(['audio', 'sendonly'], ['video', 'sendonly']), ['audio', 'video']],
    ['audio alone', offerOf(['audio', 'sendonly']), ['audio']],
    ['video alone', offerOf(['video', 'sendonly']), ['video']],
    ['audio, and video that only comes back', offerOf(['audio', 'sendrecv'], ['video', 'recvonly']), ['audio']],
    ['video, and audio that is switched off', offerOf(['audio', 'inactive'], ['video', 'sendrecv']), ['video']],
    ['video beside a refused section', offerOf(['audio', 'sendonly', 0], ['video', 'sendonly']), ['video']],
    ['audio without a direction, which is both ways', offerOf(['audio']), ['audio']],
    ['two videos', offerOf(['video', 'sendonly'], ['video', 'sendonly']), ['video']],
    ['data channels alone', offerOf(['application', 'sendrecv']), []],
    ['lines that end as on Unix', offerOf(['video', 'sendonly']).replaceAll('\r\n', '\n'), ['video']],
  ];
  for (const [what, offer, kinds] of offers) {
    it(`are those of its offer: ${what}`, async () => {
      expect(kindsSentBy(offer)).to.deep.equal(kinds);
      const stage = new Stage();
      const ana = stage.join('ana');
      await publish(ana, offer);
      expect(ana.publication?.kinds).to.deep.equal(kinds);
    });
  }
});
