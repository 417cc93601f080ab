import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { configurationPage, configurationPagePath } from '../../scripts/configuration-page.js';
import { restPage, restPagePath } from '../../scripts/rest-page.js';

describe('the pages that `npm run docs` makes', () => {
  it('docs/configuration.md is what it makes of the options', async () => {
    expect(readFileSync(configurationPagePath, 'utf8')).to.equal(await configurationPage());
  });

  it('docs/rest.md is what it makes of the operations of the REST API', async () => {
    expect(readFileSync(restPagePath, 'utf8')).to.equal(await restPage());
  });
});
