import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { npmCommand } from '../../scripts/npm.mjs';

describe('how scripts start npm', () => {
  const own = '/usr/lib/node_modules/npm/bin/npm-cli.js';
  const windows = String.raw`C:\Program Files\nodejs\node_modules\npm\bin\npm-cli.js`;

  it('is by the program of npm that started them', () => {
    for (const npm_execpath of [own, windows]) {
      expect(npmCommand({ npm_execpath }), npm_execpath).to.deep.equal([process.execPath, npm_execpath]);
    }
  });

  it('is by its name when npx or another package manager started them, and on Windows by what came with Node', () => {
    for (const npm_execpath of [undefined, own.replace('npm-cli', 'npx-cli'), '/usr/bin/pnpm.cjs']) {
      const env = npm_execpath === undefined ? {} : { npm_execpath };
      expect(npmCommand(env, 'linux')).to.deep.equal(['npm']);
      const [node, script] = npmCommand(env, 'win32');
      expect(node).to.equal(process.execPath);
      expect(script).to.match(/[\\/]node_modules[\\/]npm[\\/]bin[\\/]npm-cli\.js$/);
    }
  });

  it('works', () => {
    const [command, ...args] = npmCommand();
    expect(execFileSync(command, [...args, '--version'], { encoding: 'utf8' })).to.match(/^\d+\.\d+\.\d+/);
  });
});
