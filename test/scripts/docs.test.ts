import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { clientReference, clientReferencePath } from '../../scripts/client-reference.js';
import type { ClientTypes } from '../../scripts/client-types.mjs';
import { configurationPage, configurationPagePath } from '../../scripts/configuration-page.js';
import { restPage, restPagePath } from '../../scripts/rest-page.js';

/** What the build found. */
const built = (): readonly ClientTypes[] => {
  return JSON.parse(readFileSync('dist/client-types.json', 'utf8')) as readonly ClientTypes[];
};

describe('the pages that `npm run docs` makes', () => {
  it('docs/configuration.md is what it makes of the options', async () => {
    expect(readFileSync(configurationPagePath, 'utf8')).to.equal(await configurationPage());
  });

  it('docs/rest.md is what it makes of the operations of the REST API', async () => {
    expect(readFileSync(restPagePath, 'utf8')).to.equal(await restPage());
  });

  it('docs/client-reference.md is what it makes of the types of the client library', async () => {
    expect(readFileSync(clientReferencePath, 'utf8')).to.equal(await clientReference(built()));
  });

  it('docs/client-reference.md is not made where a public name has no place in it, or no comment', () => {
    const entries = built();
    const names = entries[0]?.model.members[0]?.members.find(({ name }) => name === 'ChatMessage');
    Object.assign(names ?? {}, { name: 'Unknown' });
    Object.assign(names?.members?.[0] ?? {}, { docComment: '' });
    expect(() => clientReference(entries))
      .to.throw('ChatMessage is not exported')
      .with.property('message')
      .that.includes('Unknown has no place');
    Object.assign(names ?? {}, { name: 'ChatMessage' });
    expect(() => clientReference(entries)).to.throw(/ChatMessage\.\w+ has no comment/);
  });
});
