import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { citationsIn, withoutMargins } from '../support/citations.js';
import type { Citation } from '../support/citations.js';
import { lineAt, readPage } from '../support/markdown.js';
import type { Heading, Page } from '../support/markdown.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => /\.(?:[cm]?[jt]sx?|md|txt|ya?ml|css|html|svg)$/.test(path) && !path.startsWith('test/fixtures/'))
  .filter((path) => existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** `docs/protocols/concierge.md#6-requests-and-their-answers to #9-statuses` */
const address = /(?<page>docs\/[\w/-]+\.md)(?<anchors>#[\w-]+(?:(?:,|\s+and|\s+to)\s+#[\w-]+)*)?/g;

const pages = new Map<string, Page>(
  files.filter(({ path }) => path.endsWith('.md')).map(({ path, text }) => [path, readPage(text)]),
);

describe('what comments and documents refer to', () => {
  it('sections of protocols are in docs/protocols/, under the number that is cited', () => {
    const missing = files.flatMap(({ path, text }) =>
      citationsIn(path, text)
        .filter((citation) => !isThere(citation))
        .map(({ page, section, line, part }) => {
          return `${path}:${line}: ${page} §${section}${part ? ` ${part.kind} ${part.number}` : ''}`;
        }),
    );
    expect(missing).to.deep.equal([]);
  });

  it('addresses below docs/ in sources lead to a page, and to a heading on it', () => {
    const missing = files
      .filter(({ path }) => !path.endsWith('.md'))
      .flatMap(({ path, text }) =>
        [...withoutMargins(text).matchAll(address)].flatMap(({ index, groups: { page = '', anchors = '' } = {} }) =>
          (anchors === '' ? [''] : anchors.split(/(?:,|\s+and|\s+to)\s+/))
            .filter((anchor) => !leadsSomewhere('', page + anchor))
            .map((anchor) => `${path}:${lineAt(text, index)}: ${page}${anchor}`),
        ),
      );
    expect(missing).to.deep.equal([]);
  });

  it('links in Markdown lead to a file, and to a heading on it', () => {
    const broken = [...pages].flatMap(([path, page]) =>
      page.links
        .filter(({ target }) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target))
        .map(({ line, target }) => `${path}:${line}: ${target}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('a link whose text is a section leads to the section of that number', () => {
    const wrong = [...pages].flatMap(([path, page]) =>
      page.links
        .filter(({ text, target }) => {
          const number = /^§(\d+(?:\.\d+)*)/.exec(text)?.[1];
          return number !== undefined && headingAt(path, target)?.number !== number;
        })
        .map(({ line, text, target }) => `${path}:${line}: ${text} leads to ${target}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('examples in docs/protocols/ that say they are JSON are JSON', () => {
    for (const [path, page] of pages) {
      if (!path.startsWith('docs/protocols/')) continue;
      for (const json of page.json) expect(() => JSON.parse(json) as unknown, `${path}: ${json}`).not.to.throw();
    }
  });
});

describe('a citation', () => {
  const found = (path: string, text: string): string[] =>
    citationsIn(path, text).map(({ page, section }) => `${page} ${section}`);

  it('is found in each form it is written in', () => {
    expect(found('src/a.ts', '/** (Kurento Room §1.5, §1.6). */')).to.deep.equal([
      'kurento-room 1.5',
      'kurento-room 1.6',
    ]);
    expect(found('src/a.ts', '/**\n * Kurento media\n * protocol §7.2. */')).to.deep.equal(['kurento-media 7.2']);
    expect(found('src/a.ts', '// Concierge §6 to §9; COMPEIT §2.9')).to.deep.equal([
      'concierge 6',
      'concierge 9',
      'compeit 2.9',
    ]);
    expect(found('dialects/a.ts', '// EasyRTC §5 rows 12 to 14 and §12')).to.deep.equal(['easyrtc 5', 'easyrtc 12']);
    expect(found('test/media/a.ts', "describe('events (§3.7)')")).to.deep.equal(['kurento-media 3.7']);
  });

  it('of another document is passed over, with what follows it', () => {
    expect(found('media/a.ts', '/** H.264 §9.1, §7.4.1; JSON-RPC 2.0 §5 */')).to.deep.equal([]);
  });
});

function isThere({ page, section, part }: Citation): boolean {
  const heading = pages.get(`docs/protocols/${page}.md`)?.headings.find(({ number }) => number === section);
  if (!heading || !part) return heading !== undefined;
  const { kind, number } = part;
  return new RegExp(kind === 'row' ? `^\\| ${number} +\\|` : `^ *${number}\\. `, 'm').test(heading.body);
}

/** @param from the Markdown file the target is written in, or empty for the root */
function leadsSomewhere(from: string, target: string): boolean {
  if (target.includes('#') && /\.md#|^#/.test(target)) return headingAt(from, target) !== undefined;
  return existsSync(join(root, placeOf(from, target)));
}

function headingAt(from: string, target: string): Heading | undefined {
  const [, anchor = ''] = target.split('#');
  return pages.get(placeOf(from, target))?.headings.find((heading) => heading.anchor === anchor);
}

function placeOf(from: string, target: string): string {
  const [path = ''] = decodeURI(target).split(/[#?]/, 1);
  return path === '' ? from : normalize(join(dirname(from), path));
}
