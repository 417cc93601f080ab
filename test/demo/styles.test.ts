import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';

const folder = new URL('../../demo/styles/', import.meta.url);

/** Each rule of a sheet with the at-rules around it. */
function rulesOf(sheet: string): { readonly selector: string; readonly within: readonly string[] }[] {
  const rules: { selector: string; within: readonly string[] }[] = [];
  const within: string[] = [];
  for (const [, text = '', end] of sheet.replaceAll(/\/\*[^]*?\*\//g, '').matchAll(/([^{};]*)([{};])/g)) {
    if (end === '{') {
      rules.push({ selector: text.trim(), within: [...within] });
      within.push(text.trim());
    } else if (end === '}') within.pop();
  }
  return rules;
}

describe('the styles of the demo', () => {
  it('know of hovering only where there is something to hover with: a touch would leave it behind', () => {
    const wrong = readdirSync(folder)
      .filter((name) => name.endsWith('.css'))
      .flatMap((name) =>
        rulesOf(readFileSync(new URL(name, folder), 'utf8'))
          .filter(({ selector, within }) => selector.includes(':hover') && !within.includes('@media (hover: hover)'))
          .map(({ selector }) => `${name}: ${selector}`),
      );
    expect(wrong).to.deep.equal([]);
  });
});
