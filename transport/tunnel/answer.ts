import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { proofHeader } from './proof.js';
import { withoutHops } from './target.js';
import type { RawHeaders } from './target.js';

type Header = readonly [name: string, value: string];

/** Tells a client when to try again. Another node is known by then, if there is one. */
export const retryAfter: Header = ['Retry-After', '1'];

/** Tells a node that this one does not serve what it has passed on. */
export const elsewhere: Header = [proofHeader, 'elsewhere'];

/** Whether a node answers that it does not serve what was passed on to it. */
export function saysElsewhere({ headers }: IncomingMessage): boolean {
  return headers[proofHeader] === elsewhere[1];
}

/** What another node answers, for the client. */
export function fieldsOf(answer: IncomingMessage): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = {};
  const raw = withoutHops(answer.rawHeaders, answer.headers.connection);
  for (let index = 0; index < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    const before = fields[name];
    fields[name] = before === undefined ? value : [before, value].flat();
  }
  return fields;
}

/** The same as the head of a message. @param more headers besides */
export function headOf(answer: IncomingMessage, more: RawHeaders): string {
  const { httpVersion, statusCode, statusMessage } = answer;
  const lines = [`HTTP/${httpVersion} ${statusCode} ${statusMessage}`];
  const raw = [...withoutHops(answer.rawHeaders, answer.headers.connection), ...more];
  for (let index = 0; index < raw.length; index += 2) lines.push(`${raw[index]}: ${raw[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
