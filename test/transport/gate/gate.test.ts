import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import { Account } from '../../../transport/gate/account.js';
import { callerOf, TrustedProxies } from '../../../transport/gate/caller.js';
import { adminSocketLimit, socketLimit } from '../../../transport/gate/descriptors.js';
import { correctedOrigin, Origins, readOrigin } from '../../../transport/gate/origins.js';
import { Places } from '../../../transport/gate/places.js';
import { configOf } from '../../../src/config.js';

type Headers = IncomingMessage['headers'];

function request(headers: Headers, remoteAddress = '203.0.113.9', method = 'GET'): IncomingMessage {
  // The gate reads nothing else of a request.
  return { headers, method, url: '/', socket: { remoteAddress } } as unknown as IncomingMessage;
}

describe('the origins that may come in', () => {
  const asks = (allowed: readonly string[], headers: Headers, asked: 'page' | 'protocol' = 'protocol'): string => {
    const incoming = request({ host: 'meet.example', ...headers });
    const origins = new Origins(allowed.map((each) => readOrigin(each) ?? 'unreadable'));
    return origins.refusal(incoming, callerOf(incoming), asked) ? 'refused' : 'let in';
  };

  for (const [title, headers, expected] of [
    ['a client without an origin, which no browser sent', {}, 'let in'],
    ['a page of the same host', { origin: 'https://meet.example' }, 'let in'],
    ['a page of the same host in capitals', { origin: 'HTTPS://MEET.example' }, 'let in'],
    ['a page of another host', { origin: 'https://evil.example' }, 'refused'],
    ['a page of a longer host', { origin: 'https://meet.example.evil.example' }, 'refused'],
    ['a page of another port', { origin: 'https://meet.example:8443' }, 'refused'],
    ['a page in a sandbox or a file', { origin: 'null' }, 'refused'],
    ['an origin that is none', { origin: 'http://[' }, 'refused'],
    ['a browser that sends no origin, from another site', { 'sec-fetch-site': 'cross-site' }, 'refused'],
    ['a browser that sends no origin, from a sister site', { 'sec-fetch-site': 'same-site' }, 'refused'],
    ['a browser that sends no origin, from the same page', { 'sec-fetch-site': 'same-origin' }, 'let in'],
    ['the address typed by a person', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 'let in'],
    // A proxy that passes another Host header is no reason to refuse the server's own page.
    [
      'its own page behind a proxy',
      { host: 'backend:8080', origin: 'https://meet.example', 'sec-fetch-site': 'same-origin' },
      'let in',
    ],
    [
      'what a stranger says of a proxy',
      { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
      'refused',
    ],
    ['loopback, any port', { host: 'localhost:8080', origin: 'http://127.0.0.1:3000' }, 'let in'],
    ['a foreign page that talks to loopback', { host: 'localhost:8080', origin: 'https://evil.example' }, 'refused'],
  ] as const satisfies readonly (readonly [string, Headers, string])[]) {
    it(`${title}: ${expected}`, () => {
      expect(asks([], headers)).to.equal(expected);
    });
  }

  it('a link of another site opens a page, and its script elements load files, but nothing else is answered', () => {
    const from = (mode: string, dest: string): string =>
      asks([], { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }, 'page');
    expect(from('navigate', 'document')).to.equal('let in');
    expect(from('no-cors', 'script')).to.equal('let in');
    expect(from('no-cors', 'empty')).to.equal('refused');
  });

  it('are compared without capitals, default ports and a final slash', () => {
    for (const given of ['https://a.example', 'HTTPS://A.Example/', 'https://a.example:443'])
      for (const origin of ['https://a.example', 'https://a.example:443', 'https://A.EXAMPLE'])
        expect(asks([given], { origin }), `${given} and ${origin}`).to.equal('let in');
    expect(asks(['https://a.example'], { origin: 'http://a.example' })).to.equal('refused');
    expect(asks(['capacitor://localhost'], { origin: 'capacitor://localhost' })).to.equal('let in');
    expect(asks(['null'], { origin: 'null' })).to.equal('let in');
    expect(asks(['*'], { origin: 'https://anywhere.example' })).to.equal('let in');
  });

  it('that can match nothing are refused at the start, with what to write instead', () => {
    for (const text of ['meet.example', 'https://*.example', 'https://a.example/page', ''])
      expect(readOrigin(text), text).to.equal(undefined);
    expect(() => configOf({ allowedOrigins: ['meet.example'] })).to.throw('https://meet.example');
    expect(correctedOrigin('https://a.example/page')).to.include('such as https://a.example');
  });
});

describe('whom a request comes from', () => {
  const caller = (headers: Headers, remote: string, ...trusted: string[]) =>
    new TrustedProxies(trusted).identify(request({ host: 'inside:8080', ...headers }, remote));

  it('is the client of the socket, whatever it says, unless a trusted proxy says so', () => {
    const lies = {
      'x-forwarded-for': '198.51.100.7',
      forwarded: 'for=198.51.100.7;proto=https',
      'x-forwarded-host': 'x',
    };
    expect(caller(lies, '203.0.113.9')).to.deep.equal({ address: '203.0.113.9', secure: false, host: 'inside:8080' });
    expect(caller(lies, '203.0.113.9', '10.0.0.0/8').address).to.equal('203.0.113.9');
  });

  it('is the last client before the trusted proxies: what stands before it may be a lie', () => {
    const headers = {
      'x-forwarded-for': '192.0.2.66, 198.51.100.7, 10.0.0.3',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'meet.example',
    };
    expect(caller(headers, '10.0.0.2', '10.0.0.0/8')).to.deep.equal({
      address: '198.51.100.7',
      secure: true,
      host: 'meet.example',
    });
  });

  it('is read from Forwarded too, with quotes, ports and IPv6', () => {
    const headers = { forwarded: 'for="[2001:db8::7]:4711";proto=https;host="meet.example:8443"' };
    expect(caller(headers, '::1', 'loopback')).to.deep.equal({
      address: '2001:db8::7',
      secure: true,
      host: 'meet.example:8443',
    });
    expect(caller({ forwarded: 'for=unknown;proto=https' }, '127.0.0.1', 'loopback')).to.include({
      address: '127.0.0.1',
      secure: true,
    });
  });

  it('is the proxy itself when the two kinds of headers disagree: a client wrote one of them', () => {
    const headers = { 'x-forwarded-for': '198.51.100.7', forwarded: 'for=192.0.2.66' };
    expect(caller(headers, '127.0.0.1', 'loopback').address).to.equal('127.0.0.1');
  });

  it('is an IPv4 address also on an IPv6 socket, for the client and for the proxy', () => {
    expect(caller({}, '::ffff:203.0.113.9').address).to.equal('203.0.113.9');
    expect(caller({ 'x-forwarded-for': '::ffff:198.51.100.7' }, '::ffff:10.0.0.2', '10.0.0.2').address).to.equal(
      '198.51.100.7',
    );
  });

  it('is configured by addresses, networks and loopback alone', () => {
    for (const given of ['10.0.0.0/33', 'proxy', '::1/129', '10.0.0.0/8/8'])
      expect(() => configOf({ trustedProxies: [given] }), given).to.throw('trustedProxies');
    configOf({ trustedProxies: ['loopback', '10.0.0.0/8', 'fd00::/8', '192.0.2.1'] });
  });
});

describe('the budget of a client', () => {
  const budget = {
    requestsPerSecond: 10,
    requestBurst: 20,
    bytesPerSecond: 1_000,
    byteBurst: 2_000,
    toldBytesPerSecond: 1_000,
    toldByteBurst: 10_000,
  };

  it('allows a burst of requests, then as many as time gives back, and says how long to wait', () => {
    let now = 0;
    const account = new Account(budget, () => now);
    const taken = (): number => {
      let count = 0;
      while (account.take(1)) count += 1;
      return count;
    };
    expect(taken()).to.equal(20);
    expect(account.retryAfterMs).to.equal(100);
    now += 1_000;
    expect(taken()).to.equal(10);
  });

  it('counts bytes too', () => {
    const account = new Account(budget, () => 0);
    expect(account.take(2_001)).to.equal(true);
    expect(account.take(1)).to.equal(false);
  });
});

describe('places', () => {
  it('are limited for each address, and for clients that have not introduced themselves', () => {
    const places = new Places({ perAddress: 3, newcomers: 3, newcomersPerAddress: 2 });
    const [first, second] = [places.take('a'), places.take('a')];
    expect(places.take('a'), 'a third newcomer').to.equal(undefined);
    first?.introduced();
    const third = places.take('a');
    expect(third).to.not.equal(undefined);
    third?.introduced();
    expect(places.take('a'), 'a fourth client').to.equal(undefined);
    const others = [places.take('b'), places.take('b')];
    expect(places.take('c'), 'a newcomer too many in all').to.equal(undefined);
    for (const place of [first, second, third, ...others]) {
      place?.leave();
      place?.leave();
    }
    expect(places.addresses).to.equal(0);
    expect(places.take('c')).to.not.equal(undefined);
  });
});

describe('the file descriptors of the process', () => {
  it('are not all given to clients', () => {
    expect(socketLimit('Max open files            1024                 4096                 files')).to.equal(921);
    expect(socketLimit('Max open files            unlimited            unlimited            files')).to.equal(Infinity);
    expect(socketLimit('')).to.equal(Infinity);
  });

  it('are enough for ADMIN_PORT when clients have all of theirs', () => {
    for (const soft of [128, 1_024, 1_048_576]) {
      const limits = `Max open files            ${soft}                 1048576              files`;
      const [ofClients, ofAdmin] = [socketLimit(limits), adminSocketLimit(limits)];
      expect(ofAdmin, `of ${soft}`).to.be.within(16, (soft - ofClients) / 2);
    }
    expect(adminSocketLimit('')).to.equal(Infinity);
  });
});

describe('the WebSocket library', () => {
  it('is there once: its limits count at all doors', () => {
    interface Package {
      readonly version?: string;
      readonly dev?: boolean;
    }
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      readonly packages: Record<string, Package>;
    };
    const copies = Object.entries(lock.packages).filter(([path, { dev }]) => path.endsWith('node_modules/ws') && !dev);
    expect(copies.map(([path]) => path)).to.deep.equal(['node_modules/ws']);
  });
});
