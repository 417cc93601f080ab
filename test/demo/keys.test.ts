import { expect } from 'chai';
import { actionFor, callKeys, type Pressed } from '../../demo/model/keys.js';

const press = (key: string, held: Partial<Pressed> = {}): Pressed => ({
  ...{ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false },
  ...held,
});

describe('the keys of the call', () => {
  it('do something alone, in either case, while nobody is typing', () => {
    for (const { key, does } of callKeys) {
      expect(actionFor(press(key), false, true)).to.equal(does);
      expect(actionFor(press(key.toUpperCase()), false, true)).to.equal(does);
      expect(actionFor(press(key), true, true)).to.equal(undefined);
    }
  });

  it('do nothing alone when the user does not want that, but for Escape', () => {
    const working = callKeys.filter(({ key }) => actionFor(press(key), false, false) !== undefined);
    expect(working.map(({ key }) => key)).to.deep.equal(['escape']);
  });

  it('work with Ctrl or ⌘ always, also while somebody is typing; others are the browser’s', () => {
    for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
      expect(actionFor(press('d', held), true, false)).to.equal('microphone');
      expect(actionFor(press('E', held), true, false)).to.equal('camera');
      expect(actionFor(press('c', held), false, true)).to.equal(undefined);
      expect(actionFor(press('d', { ...held, altKey: true }), false, true)).to.equal(undefined);
    }
  });

  it('do it once while they are held', () => {
    expect(actionFor(press('m', { repeat: true }), false, true)).to.equal(undefined);
  });
});
