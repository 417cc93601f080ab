import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Asks by HTTP or HTTPS. The path is sent unchanged, unlike with `fetch`. */
export async function send(url: string, options: RequestOptions & { readonly ca?: Buffer } = {}): Promise<HttpAnswer> {
  const { protocol, hostname: host, port } = new URL(url);
  const path = url.replace(/^\w+:\/\/[^/]+/, '');
  const ask = protocol === 'https:' ? secureRequest : request;
  const [answer] = (await once(ask({ host, port, path, agent: false, ...options }).end(), 'response')) as [
    IncomingMessage,
  ];
  let text = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(answer, 'end');
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}
