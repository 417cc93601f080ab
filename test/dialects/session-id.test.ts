import { expect } from 'chai';
import { newSessionId } from '../../dialects/session-layer/session-id.js';

describe('Kurento Room §1.3 the id of a session', () => {
  it('has 128 bits and does not repeat', () => {
    const ids = Array.from({ length: 2_000 }, newSessionId);
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).to.equal(ids.length);
  });
});
