import type { EventEmitter } from 'node:events';

declare namespace reconnectWs {
  interface SocketOptions {
    /** How long one attempt may take. Default: 5000. */
    readonly handshakeTimeoutMs?: number;
    /** Two of these without a sign of life, and the connection is given up. Default: 5000. */
    readonly pingIntervalMs?: number;
    /** Sent with each handshake. */
    readonly headers?: Readonly<Record<string, string>>;
    readonly onOpen?: () => void;
    /** After a lost connection and after each attempt that failed. */
    readonly onClose?: (reason: string) => void;
    /** What the receiver of a message threw. */
    readonly onFault?: (error: unknown) => void;
  }

  interface Stream extends EventEmitter {
    send(text: string): void;
  }

  interface ReconnectingSocket extends EventEmitter {
    readonly connected: boolean;
    readonly reconnect: boolean;
    connect(uri: string, options?: SocketOptions): this;
    disconnect(): this;
  }
}

declare function reconnectWs(
  options: object,
  onConnection: (stream: reconnectWs.Stream) => void,
): reconnectWs.ReconnectingSocket;

export = reconnectWs;
