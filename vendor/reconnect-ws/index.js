'use strict';

/**
 * A WebSocket that comes back: what kurento-client asks of `reconnect-ws`, on ws 8.
 *
 * - A refused or lost connection is never thrown; it is tried again, soon at first, later every 3 s, until `disconnect()`.
 * - A peer that answers no WebSocket ping (RFC 6455 §5.5.2) for two periods counts as gone.
 * - kurento-client would wait for the answers to requests of a closed socket until its own timeout, and hold back what comes
 *   after them. They are answered here, with CONNECTION_LOST.
 */
const { EventEmitter } = require('node:events');
const WebSocket = require('ws');

const DELAYS_MS = [100, 100, 200, 300, 500, 800, 1300, 2100, 3000];
const MAX_SILENT_PERIODS = 2;
const CLOSING_MS = 1000;
const CONNECTION_LOST = -32001;

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
    setTimeout(() => socket?.terminate(), CLOSING_MS).unref();
    this.#lost();
    return this;
  }

  #open() {
    const socket = new WebSocket(this.#uri, {
      handshakeTimeout: this.#options.handshakeTimeoutMs,
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
    const delay = DELAYS_MS[Math.min(this.#attempts, DELAYS_MS.length - 1)];
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
      if (silent > MAX_SILENT_PERIODS) socket.terminate();
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
    const id = idOf(text);
    if (id !== undefined) this.#unanswered.add(id);
    if (this.#socket.readyState !== WebSocket.OPEN) queueMicrotask(() => this.end());
    else this.#socket.send(text, () => undefined);
  }

  receive(text) {
    this.#unanswered.delete(idOf(text));
    this.#deliver(text);
  }

  /** Answers what nobody will answer any more. */
  end() {
    for (const id of this.#unanswered) {
      this.#unanswered.delete(id);
      const error = { code: CONNECTION_LOST, message: 'Connection lost' };
      this.#deliver(JSON.stringify({ jsonrpc: '2.0', id, error }));
    }
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

function idOf(text) {
  try {
    return JSON.parse(text).id ?? undefined;
  } catch {
    return undefined;
  }
}

module.exports = (_options, onConnection) => new ReconnectingSocket(onConnection);
