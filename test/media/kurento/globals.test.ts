import { expect } from 'chai';
import '../../../media/kurento/engine.js';

describe('loading kurento-client', () => {
  it('leaves errors as they are: their stacks do not get into JSON', () => {
    expect(JSON.stringify({ error: new Error('secret') })).to.equal('{"error":{}}');
  });
});
