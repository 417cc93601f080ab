/**
 * Checks the words of comments, Markdown, titles of tests and messages to operators (CONTRIBUTING.md, Words). Prints each place that
 * breaks a rule, with what to write instead, and fails.
 *
 *   node scripts/check-words.mjs [file …]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Mark the beginning of a checked text, and of the title of a test. */
const begin = '\uE000';
const beginTitle = '\uE001';
const sentenceStart = String.raw`(?:[\uE000\uE001]\s*|[.;:!?)|]\s+|\n[ \t]*(?:\n|[-*|]\s|\d+\.\s)[ \t]*)`;

const rules = [
  {
    pattern: /\b(?:she|hers?|herself)\b/gi,
    advice: 'clients and participants are "they": name them, or write "the participant", "their"',
  },
  {
    pattern: new RegExp(String.raw`(?<=${sentenceStart}|^)Who(?:ever)?\s+[a-z]\w*`, 'g'),
    isQuestionAllowed: true,
    advice: '"who" is no noun: begin with "A client that …", "A user who …"',
  },
  {
    pattern: /(?<=\uE001\s*)who(?:ever)?\s+[a-z]\w*/g,
    isQuestionAllowed: true,
    advice: '"who" is no noun: begin with "a client that …", "a user who …"',
  },
  {
    // "depends on who asks", "looks at who is there" and "a list of who is there" are questions, and good English.
    pattern:
      /(?<!\b(?:regardless|irrespective|independent|independently|aware|sure|sight|track|view|knowledge|idea|list|record|question|matter)\s)\b(?:for|of|to|by|from|with|than)\s+who(?:ever)?\s+[a-z]\w*/g,
    isQuestionAllowed: true,
    advice: '"who" is no noun: write "for a client that …", "of a user who …"',
  },
];

const readers = [
  { files: /\.(?:ts|tsx|mjs|cjs|js|css)$/, read: proseOfCode },
  { files: /\.md$/, read: proseOfMarkdown },
  { files: /\.ya?ml$/, read: proseOfYaml },
];
/** Code of others, and conversations that are kept word for word. */
const foreign = /^(?:vendor|test\/vendor|test\/transcripts)\//;

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const given = process.argv.slice(2);
const files =
  given.length > 0
    ? given
    : execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
        encoding: 'utf8',
      })
        .split('\n')
        .filter((file) => file !== '' && !foreign.test(file));

const faults = files.flatMap(faultsOf);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;

function faultsOf(file) {
  const read = readers.find(({ files: pattern }) => pattern.test(file))?.read;
  const text = read && textOf(file);
  if (!text) return [];
  const prose = read(text, file);
  return rules.flatMap(({ pattern, isQuestionAllowed, advice }) =>
    [...prose.matchAll(pattern)]
      .filter(({ index }) => !(isQuestionAllowed && isQuestion(prose, index)))
      .map(({ 0: words, index }) => {
        const line = prose.slice(0, index).split('\n').length;
        return `${file}:${line}: "${words.replace(/\s+/g, ' ')}": ${advice}`;
      }),
  );
}

/** Undefined for a file that was deleted and is still in the index. */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isQuestion(prose, index) {
  return /^[^.?!\uE000\uE001]*\?/.test(prose.slice(index));
}

/** The text with everything blank but comments, titles of tests and messages to operators. Lines stay where they are. */
function proseOfCode(text, file) {
  const tokens = /\/\*[^]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  let prose = '';
  let end = 0;
  let wasLineComment = false;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    const between = text.slice(end, index);
    prose += blank(between);
    if (token.startsWith('//')) {
      // Lines of one comment are one text.
      prose += (wasLineComment && between.trim() === '' ? ' ' : begin) + ' ' + withoutCode(token.slice(2));
      wasLineComment = true;
    } else {
      wasLineComment = false;
      if (token.startsWith('/*')) {
        prose += begin + withoutCode(token.slice(1, -2).replace(/^[ \t]*\*+|^\*+/gm, blank)) + '  ';
      } else {
        const opener = openerOf(text.slice(Math.max(0, index - 60), index), text.slice(index + token.length), file);
        prose += opener
          ? opener + withoutCode(token.slice(1, -1).replace(/\$\{[^}]*\}/g, (code) => 'x'.repeat(code.length))) + begin
          : blank(token);
      }
    }
    end = index + token.length;
  }
  return prose + blank(text.slice(end));
}

/** Undefined for a string that is neither a title, nor the label of an assertion, nor a message to operators. */
function openerOf(before, after, file) {
  if (/\blog\??\.\w+\(\s*$|\bnew Error\(\s*$/.test(before)) return begin;
  if (!/(?:^|\/)test\//.test(file)) return undefined;
  if (/\b(?:it|describe|until)\(\s*$/.test(before)) return beginTitle;
  return /,\s*$/.test(before) && /^\s*\)\s*\.(?:to|not)\b/.test(after) ? beginTitle : undefined;
}

function proseOfMarkdown(text) {
  return (
    begin +
    withoutCode(text.replace(/^[ \t]*(`{3,})[^]*?^[ \t]*\1/gm, blank))
      .slice(1)
      .replace(/^#+/gm, blank)
  );
}

function proseOfYaml(text) {
  return text.replace(/^.*$/gm, (line) => {
    const at = line.search(/(?:^|\s)#/);
    return at < 0 ? blank(line) : blank(line.slice(0, at)) + line.slice(at).replace('#', begin);
  });
}

/** Code, and words that are quoted, are not read. */
function withoutCode(text) {
  return text.replace(/`[^`\n]*`|"\w+"/g, (code) => 'x'.repeat(code.length));
}

function blank(text) {
  return text.replace(/[^\n]+/g, '');
}
