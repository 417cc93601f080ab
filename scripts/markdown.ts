import { readFileSync } from 'node:fs';
import { format, type FormatConfig, type Oxfmtrc } from 'oxfmt';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The text of a page, formatted as `npm run format` would do it. */
export async function page(blocks: readonly string[]): Promise<string> {
  return (await format('page.md', blocks.join('\n\n'), markdownStyle())).code;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function frames(lines: readonly string[]): string {
  return ['```text', ...lines, '```'].join('\n');
}

/** As GitHub makes the anchor of a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

/** A JSON Schema in few words. @param nameOf the text for a schema that the page describes elsewhere */
export function typeText(schema: JsonSchema, nameOf: (ref: string) => string = (ref) => ref): string {
  const { $ref: ref, type, anyOf, enum: values, const: only, items, properties, required } = schema;
  const inner = (each: JsonSchema): string => typeText(each, nameOf);
  if (typeof ref === 'string') return nameOf(ref);
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (Array.isArray(values)) return values.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  if (Array.isArray(anyOf)) return (anyOf as JsonSchema[]).map(inner).join(' or ');
  if (Array.isArray(type)) return type.join(' or ');
  if (type === 'array') return `list of ${inner(items as JsonSchema)}`;
  if (type !== 'object') return String(type);
  const members = Object.entries((properties ?? {}) as Record<string, JsonSchema>).map(([name, member]) => {
    const isRequired = Array.isArray(required) && required.includes(name);
    return `\`${name}\`${isRequired ? '' : ' (optional)'}: ${inner(member)}`;
  });
  const others = schema.additionalProperties;
  const isTyped = typeof others === 'object' && others !== null && Object.keys(others).length > 0;
  const more = isTyped ? [`any name: ${inner(others as JsonSchema)}`] : others === false ? [] : ['more members'];
  return members.length + more.length === 0 ? 'an empty object' : `{ ${[...members, ...more].join(', ')} }`;
}

/** Code in a page is formatted as code elsewhere. */
function markdownStyle(): FormatConfig {
  const config = JSON.parse(readFileSync(new URL('../.oxfmtrc.json', import.meta.url), 'utf8')) as Oxfmtrc;
  const { overrides = [], ...ofCode } = config;
  return { ...ofCode, ...overrides.find(({ files }) => files.includes('**/*.md'))?.options };
}
