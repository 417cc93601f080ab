import { expect } from 'chai';
import { helpText, parseOptions } from '../../../media/embedded/options.js';

describe('flags of the embedded engine', () => {
  it('have defaults', () => {
    expect(parseOptions([])).to.deep.equal({
      host: '127.0.0.1',
      port: 8888,
      'allowed-origins': [],
      'max-connections': 1000,
      'udp-ports': { first: 40000, last: 49999 },
      'announced-address': [],
      'address-families': ['ipv4', 'ipv6'],
      interfaces: [],
      'gc-period': 240,
      'test-loss': 0,
      'log-level': 'info',
    });
  });

  it('are read', () => {
    const flags = ['--host=::1', '--port', '0', '--udp-ports', '50000-50100', '--bind-address', '192.0.2.1'];
    const more = ['--announced-address', '203.0.113.7, 2001:db8::7', '--gc-period', '0.5', '--log-level', 'debug'];
    const told = ['--address-families', 'ipv6', '--interfaces', 'eth0,192.0.2.1'];
    const clients = ['--allowed-origins', 'HTTPS://Pages.example:443/, *', '--max-connections', '5'];
    expect(parseOptions([...flags, ...more, ...told, ...clients])).to.deep.equal({
      host: '::1',
      port: 0,
      'allowed-origins': ['https://pages.example', '*'],
      'max-connections': 5,
      'udp-ports': { first: 50000, last: 50100 },
      'bind-address': '192.0.2.1',
      'announced-address': ['203.0.113.7', '2001:db8::7'],
      'address-families': ['ipv6'],
      interfaces: ['eth0', '192.0.2.1'],
      'gc-period': 0.5,
      'test-loss': 0,
      'log-level': 'debug',
    });
  });

  it('are all explained by --help, with their defaults', () => {
    const text = helpText();
    for (const name of Object.keys(parseOptions([]))) expect(text).to.match(new RegExp(`^  --${name} +[A-Z]`, 'm'));
    expect(text).to.match(/^ {2}--udp-ports .*\(default: 40000-49999\)$/m);
    expect(text).to.match(/^ {2}--bind-address .*without it: all$/m);
  });

  for (const [flags, message] of [
    [['--bogus', '1'], /^Unknown option '--bogus'/],
    [['extra'], /extra/],
    [['--port'], /--port/],
    [['--allowed-origins', 'pages.example'], /^--allowed-origins: must be pages as https/],
    [['--port', '70000'], /^--port: /],
    [['--port', 'x'], /^--port: /],
    [['--host', ''], /^--host: /],
    [['--udp-ports', '50000'], /^--udp-ports: must look like 40000-49999/],
    [['--udp-ports', '50000-50001'], /^--udp-ports: must hold at least/],
    [['--udp-ports', '50000-70000'], /^--udp-ports: /],
    [['--bind-address', 'localhost'], /^--bind-address: must be an IP address/],
    [['--announced-address', '192.0.2.1,example.org'], /^--announced-address: must be an IP address/],
    [['--address-families', 'ipv5'], /^--address-families: /],
    [['--interfaces', ''], /^--interfaces: /],
    [['--gc-period', '0'], /^--gc-period: /],
    [['--log-level', 'loud'], /^--log-level: /],
  ] as const) {
    it(`are refused as in ${flags.join(' ')}`, () => {
      expect(() => parseOptions(flags)).to.throw(message);
    });
  }
});
