import { readFileSync } from 'node:fs';

/** The parts of a Markdown page that tests of links need. */
export interface Page {
  readonly headings: readonly Heading[];
  readonly links: readonly Link[];
  /** The texts of code blocks marked as `json`. */
  readonly json: readonly string[];
}

export interface Heading {
  /** `3.6` of `### 3.6 onIceCandidate`; empty without a number. */
  readonly number: string;
  /** `36-onicecandidate`, as GitHub makes it. */
  readonly anchor: string;
  /** The text below it, up to the next heading. */
  readonly body: string;
}

export interface Link {
  readonly text: string;
  readonly target: string;
  readonly line: number;
}

const fence = /^( *)(```+)(.*)\n([\s\S]*?)^\1\2 *$/gm;
const code = /(`+)(?:(?!\1)[\s\S])*?\1/g;

export function readPage(text: string): Page {
  const json = [...text.matchAll(fence)]
    .filter(([, , , language]) => language === 'json')
    .map((found) => found[4] ?? '');
  const prose = text.replace(fence, blank);
  return { headings: headingsOf(prose), links: linksOf(prose), json };
}

/** The blocks of code of that language in a page of the project, whose path is given. */
export function codeIn(path: string, language: string): string[] {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  return [...text.matchAll(fence)].filter((found) => found[3] === language).map((found) => found[4] ?? '');
}

function headingsOf(prose: string): Heading[] {
  const seen = new Map<string, number>();
  const [, ...parts] = prose.split(/^(?=#{1,6} )/m);
  if (prose.startsWith('#')) parts.unshift(prose.split(/^(?=#{1,6} )/m, 1)[0] ?? '');
  return parts.map((part) => {
    const [first = '', ...rest] = part.split('\n');
    const title = first.replace(/^#+ /, '').trim();
    const slug = slugOf(title);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    const number = /^(\d+(?:\.\d+)*) /.exec(title)?.[1] ?? '';
    return { number, anchor: count === 0 ? slug : `${slug}-${count}`, body: rest.join('\n') };
  });
}

function slugOf(title: string): string {
  return title
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function linksOf(prose: string): Link[] {
  const text = prose.replace(code, (found) => (found.includes('](') ? blank(found) : found));
  return [...text.matchAll(/\[([^[\]]*)\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g)].map((found) => ({
    text: found[1] ?? '',
    target: found[2] ?? '',
    line: lineAt(text, found.index),
  }));
}

/** Keeps the length and the lines, so that positions stay the same. */
export function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
