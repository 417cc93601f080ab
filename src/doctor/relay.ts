import { createSocket } from 'node:dgram';
import { isIPv6, connect as connectTcp } from 'node:net';
import { lookup } from 'node:dns/promises';
import { connect as connectTls } from 'node:tls';
import { answerIn, attributes, lengthOf, request, types } from './stun-message.js';
import type { Attribute, SignedBy, StunAnswer } from './stun-message.js';

/** A STUN or TURN server, as clients are told of it. */
export interface Relay {
  /** As stun:host:port or turn:host:port?transport=udp. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

/** How long each answer may take, in ms. */
const patienceMs = 3_000;
/** A datagram can be lost. */
const sendAgainMs = 500;

/** Sends a request and resolves with its answer. */
interface Line {
  ask(request: Buffer): Promise<StunAnswer>;
  close(): void;
}

/** Asks a server as a client would: for its address at a STUN server, for a relay at a TURN server. Rejects with what is wrong. */
export async function tryRelay({ url, username = '', credential = '' }: Relay): Promise<void> {
  const line = await lineTo(url);
  try {
    if (/^stuns?:/i.test(url)) {
      if (!(await line.ask(request(types.binding, []))).isSuccess) throw new Error('it refuses to tell an address');
      return;
    }
    const wanted: readonly Attribute[] = [[attributes.transport, Buffer.from([17, 0, 0, 0])]];
    const first = await line.ask(request(types.allocate, wanted));
    const [realm, nonce] = [first.attributes.get(attributes.realm), first.attributes.get(attributes.nonce)];
    if (first.isSuccess) throw new Error('it relays for everybody, without credentials');
    if (first.code !== 401 || !realm || !nonce) throw refused(first);
    const by: SignedBy = { username, credential, realm, nonce };
    const second = await line.ask(request(types.allocate, wanted, by));
    if (!second.isSuccess) throw refused(second);
    await line.ask(request(types.refresh, [[attributes.lifetime, Buffer.alloc(4)]], by));
  } finally {
    line.close();
  }
}

function refused({ code }: StunAnswer): Error {
  return new Error(code === 401 ? 'it refuses the credentials (401)' : `it refuses a relay (${code ?? 'no code'})`);
}

async function lineTo(url: string): Promise<Line> {
  const [, scheme = '', host = '', port, transport] =
    /^(\w+):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/i.exec(url) ?? [];
  const isSecure = /s$/i.test(scheme);
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const number = port === undefined ? (isSecure ? 5_349 : 3_478) : Number(port);
  const { address } = await lookup(bare, { order: 'ipv4first' });
  const isStream = isSecure || transport?.toLowerCase() === 'tcp';
  return isStream ? stream(address, number, isSecure ? bare : undefined) : datagrams(address, number);
}

function datagrams(address: string, port: number): Line {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  return {
    ask: (asked) =>
      awaited((resolve, reject) => {
        const send = (): void => {
          socket.send(asked, port, address);
        };
        const again = setInterval(send, sendAgainMs);
        const heard = (bytes: Buffer): void => {
          const answer = answerIn(bytes, asked);
          if (answer) resolve(answer);
        };
        socket.on('message', heard).on('error', reject);
        send();
        return () => {
          clearInterval(again);
          socket.off('message', heard).off('error', reject);
        };
      }),
    close: () => {
      socket.close();
    },
  };
}

/** @param name for TLS; undefined for plain TCP */
function stream(host: string, port: number, name: string | undefined): Line {
  const socket = name === undefined ? connectTcp({ host, port }) : connectTls({ host, port, servername: name });
  // Between two questions.
  socket.on('error', () => undefined);
  let come = Buffer.alloc(0);
  return {
    ask: (asked) =>
      awaited((resolve, reject) => {
        const heard = (bytes: Buffer): void => {
          come = Buffer.concat([come, bytes]);
          const length = lengthOf(come);
          if (length === undefined || come.length < length) return;
          const answer = answerIn(come, asked);
          come = come.subarray(length);
          if (answer) resolve(answer);
        };
        const ended = (): void => {
          reject(new Error('it closes the connection'));
        };
        socket.on('data', heard).on('error', reject).on('close', ended);
        socket.write(asked);
        return () => socket.off('data', heard).off('error', reject).off('close', ended);
      }),
    close: () => {
      socket.destroy();
    },
  };
}

/** @param begin returns what ends the wait */
async function awaited(
  begin: (resolve: (answer: StunAnswer) => void, reject: (error: Error) => void) => () => void,
): Promise<StunAnswer> {
  let end: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<StunAnswer>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`it does not answer within ${patienceMs / 1_000} s`));
      }, patienceMs);
      end = begin(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    end?.();
  }
}
