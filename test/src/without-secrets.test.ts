import { expect } from 'chai';
import { configOf } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import { optionList } from '../../src/option-list.js';
import { serverDebug } from '../../src/server-debug.js';
import { withoutAddresses } from '../../src/without-secrets.js';

const secret = (name: string): string => `covert-${name}-${'x'.repeat(32)}`;

/** A value of each secret option, with the word `covert` in what nobody may see. */
const secrets: Readonly<Record<string, unknown>> = {
  keys: `backend: ${secret('key')}`,
  adminToken: secret('admin'),
  iceServers: 'turn:covert-user:covert-password@relay.example:3478',
  turnSecret: secret('turn'),
  kmsUris: 'ws://covert-user:covert%2Fpassword@kms.example:8888/kurento',
  mediaTurnUrl: 'covert-user:covert-password@203.0.113.9:3478',
  redisUrl: 'redis://covert-user:covert-password@redis.example:6379/0',
  clusterSecret: secret('cluster'),
  recordingsS3AccessKey: secret('access'),
  recordingsS3SecretKey: secret('store'),
  compeitTokenSecret: secret('compeit'),
  conciergeSecret: secret('concierge'),
  easyrtcTurnSecret: secret('easyrtc'),
  orchestratorPassword: secret('orchestrator'),
  openviduSecret: 'covert-openvidu',
  openviduWebrtcIceServers: 'url=turn:relay.example:3478,username=covert-user,credential=covert-openvidu-relay',
  openviduWebhookHeaders: '["Authorization: Basic covert-openvidu-hook"]',
};

/** Options that are no secrets, and may hold one in a URL. */
const urls: GivenConfig = {
  turnUrls: ['turn:relay.example:3478?transport=udp'],
  webhookUrls: ['https://hooks.example/covert-path?key=covert-query'],
  webhookKey: 'backend',
  authHookUrl: 'https://hooks.example/covert-path',
  authHookKey: 'backend',
  otelExporterOtlpEndpoint: 'https://traces.example/covert-path',
};

describe('what an operator may give to others', () => {
  it('holds no secret of any option, in the configuration or in lines of the log', () => {
    const names = optionList.filter(({ option }) => option.secret).map(({ name }) => name);
    expect(Object.keys(secrets), 'a value for each secret option').to.have.members(names);
    const config = configOf({ bridge: false, ...secrets, ...urls });
    const lines = [
      ...Object.values(secrets).map((value) => `refused value=${typeof value === 'string' ? value : ''}`),
      `wrong token="${secret('admin')}" key=${secret('key')}`,
      'login covert-user:covert/password',
      'Authorization: Bearer covert.token',
      'token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJoaWRkZW4ifQ.c2lnbmF0dXJl is over',
    ];
    const shown = JSON.stringify(serverDebug(config, { mediaServers: [], dialects: [] }, lines));
    expect(shown).to.not.match(/covert|eyJ|203\.0\.113\.9/);
    expect(shown).to.include('"adminToken":"set"').and.include('"webhookUrls":["https://hooks.example/…"]');
    expect(shown).to.include('"turnUrls":["turn:relay.example:3478/…"]');
    expect(shown).to.include('"port":8080').and.include(`"node":"${process.versions.node}"`);
    expect(JSON.stringify(serverDebug(configOf(), { mediaServers: [], dialects: [] }, []))).to.include(
      '"adminToken":"none"',
    );
  });

  it('cuts addresses to the network that they are in, and leaves alone what looks like them', () => {
    for (const [text, shown] of [
      ['address="203.0.113.77" door', 'address="203.0.113.0/24" door'],
      ['udp 203.0.113.77:40000 typ host', 'udp 203.0.113.0/24:40000 typ host'],
      ['from 2001:db8:1:2:3:4:5:6 port 9', 'from 2001:db8:1::/48 port 9'],
      ['http://[2001:db8:1:2::6]:8080/', 'http://[2001:db8:1::/48]:8080/'],
      ['raddr fe80::1c2:3 rport 0', 'raddr fe80::/10 rport 0'],
      ['10.0.0.0/8', '10.0.0.0/8'],
      ['2026-11-29T17:30:05.123Z info at 12:30:45', '2026-11-29T17:30:05.123Z info at 12:30:45'],
      ['AA:BB:CC:DD:EE:FF:00:11:22:33', 'AA:BB:CC:DD:EE:FF:00:11:22:33'],
      ['v1.2.3 of ws://kms:8888/kurento', 'v1.2.3 of ws://kms:8888/kurento'],
    ] as const) {
      expect(withoutAddresses(text)).to.equal(shown);
    }
  });
});
