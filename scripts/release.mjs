/**
 * Makes a release of what is checked out: checks it, tests it, and gives it a version, a heading in CHANGELOG.md, a commit and a tag.
 *
 *   npm run release -- 0.2.0 [--dry-run]
 *
 * Nothing leaves the machine: the last line says what to push. With --dry-run nothing changes, and nothing is tested either.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand } from './npm.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

const args = process.argv.slice(2);
const isDryRun = args.includes('--dry-run');
const [version = '', ...further] = args.filter((arg) => arg !== '--dry-run');
const tag = `v${version}`;
const versionPattern = /^(\d+)\.(\d+)\.(\d+)$/;

/** The order in which Unreleased lists its changes. */
const kinds = ['Added', 'Changed', 'Fixed'];

if (!versionPattern.test(version) || further.length > 0) {
  fail('Which version? As in: npm run release -- 0.2.0 [--dry-run]');
}
const { version: current } = JSON.parse(readFileSync('package.json', 'utf8'));
if (!isGreater(version, current)) fail(`${version} is not greater than ${current}, the version in package.json.`);
if (git('tag', '--list', tag) !== '') fail(`The tag ${tag} is there already.`);
const changed = git('status', '--porcelain');
if (changed !== '') fail(`There are changes that are not committed:\n${changed}`);

const { changelog, section } = released(readFileSync('CHANGELOG.md', 'utf8'), new Date().toISOString().slice(0, 10));

if (isDryRun) {
  say(`Would run npm run check and npm test, then commit version ${version} and tag it ${tag}, with\n\n${section}`);
} else {
  npm('run', '-s', 'check');
  npm('test');
  for (const folder of ['.', 'client']) npm('version', version, '--no-git-tag-version', '--prefix', folder);
  writeFileSync('CHANGELOG.md', changelog);
  git('commit', '--quiet', '--all', '--message', `chore: release ${version}`);
  git('tag', '--annotate', tag, '--message', section);
  say(`Released ${tag}. To publish it: git push --follow-tags`);
}

/** Gives the lines under Unreleased to the version, without headings that have none, and opens an empty Unreleased. */
function released(text, date) {
  const begin = text.indexOf('## Unreleased\n');
  if (begin < 0) fail('CHANGELOG.md has no heading "## Unreleased".');
  const next = text.indexOf('\n## ', begin);
  const end = next < 0 ? text.length : next + 1;
  const [, ...parts] = text.slice(begin, end).split(/^### /m);
  const told = parts.filter((part) => /^- /m.test(part)).map((part) => `### ${part.trimEnd()}\n`);
  if (told.length === 0) fail('CHANGELOG.md says nothing under "Unreleased": what is the release for?');
  const body = `${told.join('\n')}`;
  const open = `## Unreleased\n\n${kinds.map((kind) => `### ${kind}\n\n`).join('')}`;
  const rest = text.slice(end);
  return {
    changelog: `${text.slice(0, begin)}${open}## ${version} (${date})\n\n${body}${rest === '' ? '' : `\n${rest}`}`,
    section: `${version} (${date})\n\n${body}`,
  };
}

function isGreater(one, other) {
  const [left, right] = [one, other].map((text) => versionPattern.exec(text)?.slice(1).map(Number) ?? []);
  const index = left.findIndex((part, at) => part !== right[at]);
  return index >= 0 && left[index] > (right[index] ?? 0);
}

function git(...words) {
  return execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trimEnd();
}

function npm(...words) {
  const [command, ...first] = npmCommand();
  try {
    execFileSync(command, [...first, ...words], { stdio: ['ignore', 2, 2] });
  } catch {
    fail(`npm ${words.join(' ')} failed: nothing is released.`);
  }
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}
