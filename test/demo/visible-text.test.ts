import { expect } from 'chai';
import { transformSync } from 'esbuild';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vite';

const demo = join(import.meta.dirname, '../../demo');

/** What people read, or screen readers read to them. */
const read = ['children', 'label', 'note', 'tip', 'title', 'alt', 'placeholder'];
const readAria = ['label', 'description', 'valuetext', 'roledescription', 'placeholder'].map((name) => `aria-${name}`);

/** What is called the same in every language. */
const names = ['Atrium', 'Esc'];

/** A node of the syntax tree, with the members that nodes of some types have: https://github.com/estree/estree */
interface Node {
  readonly type: string;
  readonly name?: unknown;
  readonly value?: unknown;
  readonly callee?: unknown;
  readonly arguments?: unknown;
  readonly object?: unknown;
  readonly property?: unknown;
  readonly key?: unknown;
  readonly properties?: unknown;
  readonly quasis?: unknown;
  readonly elements?: unknown;
  readonly consequent?: unknown;
  readonly alternate?: unknown;
  readonly operator?: unknown;
  readonly left?: unknown;
  readonly right?: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Texts in the source of a part that its users see or hear. */
function textsIn(source: string): string[] {
  // Elements become calls, whose second argument has attributes and children.
  const { code } = transformSync(source, { loader: 'tsx', jsx: 'automatic' });
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isNode(value)) return;
    if (value.type === 'CallExpression') found.push(...shownBy(value));
    Object.values(value).forEach(visit);
  };
  visit(parseAst(code));
  return found.map((text) => text.trim()).filter((text) => /\p{L}/u.test(text) && !names.includes(text));
}

function shownBy({ callee, arguments: given }: Node): string[] {
  const [first, properties] = given as readonly unknown[];
  if (isNode(callee) && callee.type === 'MemberExpression') {
    const { object, property } = callee;
    const isToast = nameOf(property) === 'show' && isNode(object) && nameOf(object.property ?? object) === 'toasts';
    return isToast ? literalsOf(first) : [];
  }
  if (!/^_?jsxs?$/.test(nameOf(callee)) || !isNode(properties)) return [];
  return ((properties.properties ?? []) as readonly Node[]).flatMap(({ key, value }) =>
    [...read, ...readAria].includes(nameOf(key)) ? literalsOf(value) : [],
  );
}

function nameOf(value: unknown): string {
  return isNode(value) ? String(value.name ?? value.value) : '';
}

/** The texts that an expression may be, as far as they stand in it. */
function literalsOf(value: unknown): string[] {
  if (!isNode(value)) return [];
  switch (value.type) {
    case 'Literal':
      return typeof value.value === 'string' ? [value.value] : [];
    case 'TemplateLiteral':
      return (value.quasis as readonly { readonly value: { readonly raw: string } }[]).map((part) => part.value.raw);
    case 'ArrayExpression':
      return (value.elements as readonly unknown[]).flatMap(literalsOf);
    case 'ConditionalExpression':
      return [value.consequent, value.alternate].flatMap(literalsOf);
    case 'LogicalExpression':
      // Of `a && 'b'` one sees b.
      return [...(value.operator === '&&' ? [] : literalsOf(value.left)), ...literalsOf(value.right)];
    case 'BinaryExpression':
      return value.operator === '+' ? [value.left, value.right].flatMap(literalsOf) : [];
    default:
      return [];
  }
}

function sources(): string[] {
  const inFolders = ['parts', 'element', 'model'].flatMap((folder) =>
    readdirSync(join(demo, folder), { encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return [...inFolders, 'app.tsx', 'main.tsx'];
}

describe('the visible texts of the page', () => {
  it('stand in the catalogue, and in no part', () => {
    const found = sources().flatMap((file) =>
      textsIn(readFileSync(join(demo, file), 'utf8')).map((text) => `${file}: ${text}`),
    );
    expect(found).to.deep.equal([]);
  });

  it('would be found in a part', () => {
    for (const source of [
      '<p>Hello</p>',
      '<p>Hello<br />{name}</p>',
      `<p>{a ? texts.a : 'Hello'}</p>`,
      `<p>{a === 'b' && 'Hello'}</p>`,
      `<p>{a.b ?? ('Hello')}</p>`,
      '<p>{`Hello ${name}`}</p>',
      `<p>{'Hello ' + name}</p>`,
      '<img alt="Hello" />',
      '<button aria-label={`Hello ${name}`} />',
      `<Tool title={a || 'Hello'} />`,
      `call.toasts.show('Hello', 'problem')`,
    ]) {
      expect(textsIn(`const a = ${source};`), source).to.deep.equal(['Hello']);
    }
    const none = `const a = <p class="big" role="status" title={texts.a} data-b={'c'}>{a === 'b' && texts.b} 1/3 ←</p>;`;
    expect(textsIn(none)).to.deep.equal([]);
  });
});
