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
  /** Where it begins, its protocol's name included, and where it ends in the text. */
  readonly start: number;
  readonly end: number;
}

/** How a protocol is called in `Kurento Room §3.6`, and its page. */
export const pageNames: ReadonlyMap<string, string> = new Map([
  ['Kurento Room', 'kurento-room'],
  ['Kurento media protocol', 'kurento-media'],
  ['EasyRTC', 'easyrtc'],
  ['Orchestrator', 'orchestrator'],
  ['Concierge', 'concierge'],
  ['COMPEIT', 'compeit'],
]);

const section = /§(\d+(?:\.\d+)*)/g;
const protocol = new RegExp(`(?:${[...pageNames.keys()].join('|').replaceAll(' ', '\\s+')})\\s+$`);
/** Another document before the number: `RFC 8445 §16.1`. */
const document = /(?<![\w.])(?!(?:and|or|to|of|in|by|see|from|with)\s+$)[\w.)-]*[\w)]\s+$/;
/** Between two sections of the same document: `§1.5, §1.6`, `§6 to §9`, and with rows or rules of a section. */
const between = /^,?(?:\s*(?:rows?|rules?)\s+\d+(?:\s+to\s+\d+)?)?(?:,|;|\s+and|\s+to|\s+or)*\s*$/;
const part = /^,?\s+(row|rule)s?\s+(\d+)/;

/**
 * Finds `Kurento Room §3.6` and, where the protocol is plain, the bare `§3.6`: after another one of the same document, or
 * in a folder that belongs to one protocol. Other documents (`RFC 8445 §16.1`) are passed over.
 */
export function citationsIn(path: string, text: string): Citation[] {
  let plain = withoutMargins(text);
  // Texts of links are checked with their targets.
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

/** What begins a line of a comment stands between two words of it: blank, so that places stay what they are. */
export function withoutMargins(text: string): string {
  return text.replace(/\n[ \t]*(?:\*(?!\/)|\/\/|#+ |>)?[ \t]*/g, blank);
}

/** What a bare `§3.6` in a file means. */
function pageOfFolder(path: string): string {
  const folder = path.replace(/^test\//, '');
  const dialect = /^dialects\/([^/]+)\//.exec(folder)?.[1];
  if (dialect !== undefined && [...pageNames.values()].includes(dialect)) return dialect;
  if (/^(?:media|transcripts\/kurento)\//.test(folder)) return 'kurento-media';
  return /^docs\/protocols\/([^/]+)\.md$/.exec(path)?.[1] ?? 'kurento-room';
}
