import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

describe('the check of words', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'words-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** The lines with a fault. */
  function faultsOf(name: string, text: string): number[] {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    const { stderr } = spawnSync(process.execPath, ['scripts/check-words.mjs', file], { encoding: 'utf8' });
    return stderr
      .split('\n')
      .filter(Boolean)
      .map((line) => Number(line.slice(file.length + 1).split(':')[0]));
  }

  for (const [what, prose] of [
    ['a feminine pronoun', 'The publisher keeps her stream.'],
    ['a feminine pronoun at the start', 'She leaves.'],
    ['"who" as the subject of a sentence', 'It ends. Who leaves is told.'],
    ['"whoever" as the subject', 'Whoever leaves is told.'],
    ['"who" as an object over two lines', 'It is there for\nwho comes.'],
    ['"whoever" as an object', 'It belongs to whoever comes.'],
  ] as const) {
    it(`finds ${what}`, () => {
      expect(faultsOf('a.md', `# A\n\n${prose}\n`), 'Markdown').to.have.length(1);
      expect(faultsOf('a.ts', `/** ${prose} */\nf();\n`), 'a comment').to.have.length(1);
      const lines = prose.split('\n').map((line) => `// ${line}`);
      expect(
        faultsOf('b.ts', `${lines.join('\n')}\nf('${prose.split('\n')[0]}');\n`),
        'comments of a line',
      ).to.have.length(1);
    });
  }

  it('says where', () => {
    expect(faultsOf('c.ts', ['f(1);', '// One line.', 'g(2); // She leaves.', ''].join('\n'))).to.deep.equal([3]);
  });

  it('reads titles and labels of tests, messages to operators, and no other strings', () => {
    const bad = 'who leaves is told';
    const code = [
      `it('${bad}', () => 1);`,
      `expect(value, '${bad}').to.equal(1);`,
      `ask('${bad}');`,
      `throw new Error('W${bad.slice(1)}');`,
    ].join('\n');
    expect(faultsOf('test/a.test.ts', code)).to.have.members([1, 2, 4]);
    expect(faultsOf('b/a.ts', code)).to.deep.equal([4]);
  });

  for (const prose of [
    'Says who is in the room.',
    'A client who leaves, or one who stays, is told.',
    'Who is in the room?',
    'It depends on who asks, regardless of who publishes, and looks at who is there.',
    'Those who publish. The heroes there, sheets and others.',
    'Participants who are told. `her` is a name, and so is `Who leaves`.',
  ]) {
    it(`accepts "${prose}"`, () => {
      expect(faultsOf('a.md', `${prose}\n\n\`\`\`ts\n// She leaves.\n\`\`\`\n`)).to.deep.equal([]);
      expect(faultsOf('a.ts', `/** ${prose} */\n`)).to.deep.equal([]);
    });
  }
});
