import { expect } from 'chai';
import { ConfigError, configOf } from '../../src/config.js';
import { relayHosts } from '../../src/relay-hosts.js';

describe('hosts of STUN and TURN servers', () => {
  it('that are names are given to media servers as addresses, with everything else as it was', async () => {
    const { stunServer, turnUrl } = await relayHosts(
      configOf({ mediaStunServer: 'localhost:3478', mediaTurnUrl: 'user:p@ss@localhost:3478?transport=udp' }),
    );
    expect(stunServer?.port).to.equal(3478);
    expect(stunServer?.address).to.match(/^(127\.0\.0\.1|::1)$/);
    expect(turnUrl).to.match(/^user:p@ss@(127\.0\.0\.1|\[::1\]):3478\?transport=udp$/);
  });

  it('that are addresses stay, and none stays none', async () => {
    expect(
      await relayHosts(configOf({ mediaStunServer: '[2001:db8::1]:3478', mediaTurnUrl: 'u:p@192.0.2.2:3478' })),
    ).to.deep.equal({ stunServer: { address: '2001:db8::1', port: 3478 }, turnUrl: 'u:p@192.0.2.2:3478' });
    expect(await relayHosts(configOf())).to.deep.equal({ stunServer: undefined, turnUrl: undefined });
  });

  for (const [option, given] of [
    ['MEDIA_STUN_SERVER', { mediaStunServer: 'stun.invalid:3478' }],
    ['MEDIA_TURN_URL', { mediaTurnUrl: 'user:s3cret@turn.invalid:3478' }],
  ] as const) {
    it(`without an address are refused, and the error names ${option} and no secret`, async () => {
      const error: unknown = await relayHosts(configOf(given)).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(ConfigError);
      expect((error as Error).message)
        .to.match(new RegExp(`^${option}: no address`))
        .and.not.include('s3cret');
    });
  }
});
