import type { IncomingHttpHeaders } from 'node:http';

/** What of a resource its conditions are about. */
export interface Version {
  /** A strong one, with its quotation marks. */
  readonly etag: string;
  readonly modifiedAt: Date;
}

/**
 * What the conditions of a GET or HEAD request say (RFC 9110 §13.2.2). `changed`: it is not what the client has. `same`: it is, and need
 * not be sent.
 */
export function conditionOf(headers: IncomingHttpHeaders, version: Version): 'changed' | 'same' | 'send' {
  const ifMatch = headers['if-match'];
  const unmodifiedSince = secondsOf(headers['if-unmodified-since']);
  const modified = wholeSeconds(version.modifiedAt);
  if (ifMatch !== undefined) {
    if (!names(ifMatch, version.etag, 'strong')) return 'changed';
  } else if (unmodifiedSince !== undefined && modified > unmodifiedSince) return 'changed';
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, version.etag, 'weak') ? 'same' : 'send';
  const modifiedSince = secondsOf(headers['if-modified-since']);
  return modifiedSince !== undefined && modified <= modifiedSince ? 'same' : 'send';
}

/** Whether a Range header counts: not when If-Range names another version (RFC 9110 §13.1.5). */
export function rangeCounts(ifRange: string | undefined, { etag, modifiedAt }: Version): boolean {
  if (ifRange === undefined) return true;
  // A weak tag, and whatever is no date, fits nothing.
  return ifRange.includes('"') ? ifRange.trim() === etag : secondsOf(ifRange) === wholeSeconds(modifiedAt);
}

/** Whether a list of tags has that one. */
function names(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  return [...list.matchAll(/(W\/)?("[^"]*")/g)].some(
    ([, weak, tag]) => tag === etag && (weak === undefined || comparison === 'weak'),
  );
}

function secondsOf(date: string | undefined): number | undefined {
  const ms = date === undefined ? NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1_000);
}

/** Dates of HTTP have no milliseconds. */
function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}
