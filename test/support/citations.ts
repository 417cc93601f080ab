import { blank, lineAt } from './markdown.js';

/** A section of a page in docs/protocols/ that a comment, a title or a document names. */
export interface Citation {
  /** Without the ending, as `kurento-room`. */
  readonly page: string;
  /** As `3.6`. */
  readonly section: string;
  /** `row 4` of a table or `rule 2` of a list in that section. */
  readonly part: { readonly kind: 'row' | 'rule'; readonly number: string } | undefined;
  readonly line: number;
  /** The positions of its beginning, including the protocol's name, and of its end. */
  readonly start: number;
  readonly end: number;
}

/** The names of protocols in citations such as `Kurento Room §3.6`, and their pages. */
export const pageNames: ReadonlyMap<string, string> = new Map([
  ['Kurento Room', 'kurento-room'],
  ['Kurento media protocol', 'kurento-media'],
  ['EasyRTC', 'easyrtc'],
  ['Orchestrator', 'orchestrator'],
  ['Concierge', 'concierge'],
  ['COMPEIT', 'compeit'],
  ['WHIP', 'whip'],
  ['OpenVidu', 'openvidu'],
]);

const section = /§(\d+(?:\.\d+)*)/g;
const protocol = new RegExp(`(?:${[...pageNames.keys()].join('|').replaceAll(' ', '\\s+')})\\s+$`);
/** Another document before the number: `RFC 8445 §16.1`. */
const document = /(?<![\w.])(?!(?:and|or|to|of|in|by|see|from|with)\s+$)[\w.)-]*[\w)]\s+$/;
/** Between two sections of the same document: `§1.5, §1.6`, `§6 to §9`, and with rows or rules of a section. */
const between = /^,?(?:\s*(?:rows?|rules?)\s+\d+(?:\s+to\s+\d+)?)?(?:,|;|\s+and|\s+to|\s+or)*\s*$/;
const part = /^,?\s+(row|rule)s?\s+(\d+)/;

/**
 * Finds `Kurento Room §3.6`, and the bare `§3.6` if the protocol is clear: after another citation of the same document, or in a
 * folder that belongs to one protocol. Other documents (`RFC 8445 §16.1`) are skipped.
 */
export function citationsIn(path: string, text: string): Citation[] {
  let plain = withoutMargins(text);
  // The texts of links are checked together with their targets.
  if (path.endsWith('.md')) plain = plain.replace(/\[[^[\]]*\]\([^()]*\)/g, blank);
  const citations: Citation[] = [];
  let last: { readonly end: number; readonly page: string | undefined } | undefined;
  for (const found of plain.matchAll(section)) {
    const before = plain.slice(Math.max(0, found.index - 100), found.index);
    const end = found.index + found[0].length;
    const named = protocol.exec(before);
    const name = named?.[0].trim().replace(/\s+/g, ' ');
    let page = name === undefined ? undefined : pageNames.get(name);
    if (!named && last && between.test(plain.slice(last.end, found.index))) page = last.page;
    else if (!named && !document.test(before)) page = pageOfFolder(path);
    last = { end, page };
    if (page === undefined) continue;
    const [, kind, number = ''] = part.exec(plain.slice(end, end + 40)) ?? [];
    citations.push({
      page,
      section: found[1] ?? '',
      part: kind === 'row' || kind === 'rule' ? { kind, number } : undefined,
      line: lineAt(text, found.index),
      start: found.index - (named?.[0].length ?? 0),
      end,
    });
  }
  return citations;
}

/** Blanks the beginning of each line of a comment, which may separate two words, and keeps all positions. */
export function withoutMargins(text: string): string {
  return text.replace(/\n[ \t]*(?:\*(?!\/)|\/\/|#+ |>)?[ \t]*/g, blank);
}

/** The protocol of a bare `§3.6` in a file. */
function pageOfFolder(path: string): string {
  const folder = path.replace(/^test\//, '');
  const dialect = /^dialects\/([^/]+)\//.exec(folder)?.[1];
  if (dialect !== undefined && [...pageNames.values()].includes(dialect)) return dialect;
  if (/^(?:media|transcripts\/kurento)\//.test(folder)) return 'kurento-media';
  return /^docs\/protocols\/([^/]+)\.md$/.exec(path)?.[1] ?? 'kurento-room';
}
