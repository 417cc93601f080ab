/** The few parts of kurento-client 7.2.0 that the adapter uses; the package brings no types. */
declare module 'kurento-client' {
  import type { SocketOptions } from 'reconnect-ws';

  namespace kurento {
    type Callback<T> = (error: unknown, value?: T) => void;

    interface ClientOptions {
      /** false: do not compare the server's modules with the client's. */
      readonly strict?: boolean;
      /** How long an answer is waited for. Default: 20000. */
      readonly request_timeout?: number;
      /** How long the id of each answered request is remembered, by a timer each. Default: 20000. */
      readonly duplicates_timeout?: number;
      /** Handed on to reconnect-ws. */
      readonly socket?: SocketOptions;
    }

    /**
     * An object of the media server. At runtime it has a `then` that resolves with a crippled copy
     * (docs/protocols/kurento-media.md#104-awaited-objects), left out here: never let a promise resolve with it, and
     * never await it.
     */
    interface MediaObject {
      readonly id: string;
      /** How the package's own methods reach the server; callable with ids in place of objects. */
      emit(event: '_rpc', transaction: undefined, method: string, params: object, callback: Callback<unknown>): boolean;
      /** Makes the client forget the object and, when it is a pipeline, what is inside. */
      emit(event: 'release'): boolean;
      on(event: string, listener: (data: unknown) => void): this;
      removeAllListeners(event?: string): this;
    }

    /** Thenable as well. */
    interface KurentoClient {
      create(type: string, params: object, callback: Callback<MediaObject>): unknown;
      /** Gives a copy that shares the listeners of the object. */
      getMediaobjectById(id: string, callback: Callback<MediaObject>): unknown;
      on(event: 'connected', listener: () => void): this;
      on(event: 'reconnected', listener: (sameSession: boolean) => void): this;
      close(): void;
      readonly _re: { disconnect(): void };
    }
  }

  namespace kurento {
    /** Makes a type of element known to the package. */
    const register: {
      (type: string, constructor: unknown): void;
      readonly classes: Readonly<Record<string, { readonly prototype: object }>>;
    };
  }

  function kurento(url: string, options: kurento.ClientOptions, callback: () => void): kurento.KurentoClient;

  export = kurento;
}
