import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { IceServers } from '../../access/index.js';
import { configOf } from '../../src/config.js';
import { dialectEntries, dialectsOf } from '../../src/dialects.js';
import { optionList } from '../../src/option-list.js';
import { defectsLog } from '../support/defects-log.js';

describe('the list of dialects', () => {
  const needs = {
    log: defectsLog(() => undefined),
    ice: new IceServers(() => configOf(), Date.now),
    imagesUrl: () => '',
    terminate: () => undefined,
  };
  const off = { enabled: false };

  it('has each folder of dialects/, the room protocol first', () => {
    const folders = readdirSync(new URL('../../dialects/', import.meta.url), { withFileTypes: true })
      .filter((each) => each.isDirectory())
      .map(({ name }) => name)
      // What several dialects share.
      .filter((name) => name !== 'session-layer');
    const names = dialectsOf(configOf({ openvidu: { secret: 'secret' } }), needs).map(({ name }) => name);
    expect(names).to.have.members(folders);
    expect(names[0]).to.equal('kurento-room');
  });

  it('leaves out those that are switched off; the room protocol cannot be', () => {
    const config = configOf({ easyrtc: off, orchestrator: off, concierge: off, compeit: off, whip: off });
    expect(dialectsOf(config, needs).map(({ name }) => name)).to.deep.equal(['kurento-room']);
    const switches = optionList.filter(({ key }) => key === 'enabled');
    const switched = dialectEntries.filter((entry) => entry.isOn === undefined);
    expect(switches).to.have.lengthOf(switched.length - 1);
  });
});
