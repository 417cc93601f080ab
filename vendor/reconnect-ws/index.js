'use strict';

/**
 * A WebSocket that comes back: what kurento-client asks of `reconnect-ws`, on ws 8.
 *
 * - A refused or lost connection is never thrown; it is tried again, soon at first, later every 3 s, until `disconnect()`.
 * - A peer that answers no WebSocket ping (RFC 6455 §5.5.2) for two periods counts as gone.
 * - kurento-client would wait for the answers to requests of a closed socket until its own timeout, and hold back what comes
 *   after them. They are answered here, with the error `connectionLost`.
 * - It would wait just as long after an answer that it cannot read. Such a one is replaced here, by `unreadableAnswer`.
 */
const { EventEmitter } = require('node:events');
const WebSocket = require('ws');

const delaysMs = [100, 100, 200, 300, 500, 800, 1300, 2100, 3000];
const maxSilentPeriods = 2;
const closingMs = 1000;
const connectionLost = { code: -32001, message: 'Connection lost' };
const unreadableAnswer = { code: -32002, message: 'The answer is none of JSON-RPC 2.0' };

class ReconnectingSocket extends EventEmitter {
  connected = false;
  /** Whether it goes on trying. */
  reconnect = true;
  #onConnection;
  #uri;
  #options;
  #socket;
  #stream;
  #timer;
  #attempts = 0;
  #everConnected = false;

  constructor(onConnection) {
    super();
    this.setMaxListeners(0);
    this.#onConnection = onConnection;
  }

  /** Throws a SyntaxError when `uri` is no WebSocket address; nothing else. */
  connect(uri, options = {}) {
    this.#uri = uri;
    this.#options = { handshakeTimeoutMs: 5000, pingIntervalMs: 5000, ...options };
    this.#open();
    return this;
  }

  disconnect() {
    if (!this.reconnect) return this;
    this.reconnect = false;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    socket?.close(1000);
    setTimeout(() => socket?.terminate(), closingMs).unref();
    this.#lost();
    return this;
  }

  #open() {
    const socket = new WebSocket(this.#uri, {
      handshakeTimeout: this.#options.handshakeTimeoutMs,
      headers: this.#options.headers,
      perMessageDeflate: false,
      // One message a turn: whoever waits for an answer goes on before the next event is delivered.
      allowSynchronousEvents: false,
    });
    let failure;
    this.#socket = socket;
    socket.on('error', (error) => (failure = error.code ?? error.message));
    socket.on('open', () => this.#opened(socket));
    socket.on('message', (data) => this.#received(socket, data));
    socket.on('close', (code, reason) => {
      if (socket !== this.#socket || !this.reconnect) return;
      this.#lost();
      this.#options.onClose?.(failure ?? `closed with ${code} ${reason}`.trim());
      this.#retry();
    });
    this.#watch(socket);
  }

  #opened(socket) {
    if (!this.reconnect) return;
    const stream = new Stream(socket, this.#options.onFault);
    this.#stream = stream;
    this.connected = true;
    this.#everConnected = true;
    this.#options.onOpen?.();
    this.#onConnection(stream);
    this.emit('connection', stream);
    this.emit('connect');
  }

  #received(socket, data) {
    if (socket !== this.#socket || !this.connected) return;
    // Only a peer that speaks has accepted us: a media server closes a wrong path after a good handshake.
    this.#attempts = 0;
    this.#stream.receive(data.toString());
  }

  #lost() {
    const wasConnected = this.connected;
    this.connected = false;
    this.#stream?.end();
    this.#stream = undefined;
    if (wasConnected) this.emit('disconnect');
  }

  #retry() {
    // Whoever heard of the loss may have given up.
    if (!this.reconnect) return;
    const delay = delaysMs[Math.min(this.#attempts, delaysMs.length - 1)];
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.#open(), delay);
    if (this.#everConnected) this.emit('reconnect', this.#attempts, delay);
  }

  #watch(socket) {
    let silent = 0;
    const hear = () => (silent = 0);
    const timer = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      silent += 1;
      if (silent > maxSilentPeriods) socket.terminate();
      else socket.ping();
    }, this.#options.pingIntervalMs).unref();
    socket.on('pong', hear).on('message', hear);
    socket.on('close', () => clearInterval(timer));
  }
}

/** One socket's life as kurento-client's JSON-RPC layer sees it: `send(text)`, event `data` with a text. */
class Stream extends EventEmitter {
  #socket;
  #onFault;
  #unanswered = new Set();

  constructor(socket, onFault) {
    super();
    this.#socket = socket;
    this.#onFault = onFault;
  }

  send(text) {
    const id = parse(text)?.id;
    if (id !== undefined) this.#unanswered.add(id);
    if (this.#socket.readyState !== WebSocket.OPEN) queueMicrotask(() => this.end());
    else this.#socket.send(text, () => undefined);
  }

  receive(text) {
    const message = parse(text);
    const isAnswer = message !== undefined && message.method === undefined;
    if (isAnswer && this.#unanswered.delete(message.id) && !isReadable(message))
      this.#fail(message.id, unreadableAnswer);
    else this.#deliver(text);
  }

  /** Answers what nobody will answer any more. */
  end() {
    for (const id of this.#unanswered) {
      this.#unanswered.delete(id);
      this.#fail(id, connectionLost);
    }
  }

  #fail(id, error) {
    this.#deliver(JSON.stringify({ jsonrpc: '2.0', id, error }));
  }

  /** kurento-client throws on messages it does not expect; from here that would be an uncaught exception. */
  #deliver(text) {
    try {
      this.emit('data', text);
    } catch (error) {
      this.#onFault?.(error);
    }
  }
}

/** An object, or undefined for anything else. */
function parse(text) {
  try {
    const message = JSON.parse(text);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** What kurento-client takes for an answer: either an object as the result or one as the error, for nobody else (`dest`). */
function isReadable({ jsonrpc, result, error }) {
  if (jsonrpc !== '2.0' || (result === undefined) === (error === undefined)) return false;
  const outcome = result ?? error;
  return isObject(outcome) && !outcome.dest;
}

function isObject(value) {
  return typeof value === 'object' && value !== null;
}

module.exports = (_options, onConnection) => new ReconnectingSocket(onConnection);
