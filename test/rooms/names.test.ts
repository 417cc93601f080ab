import { expect } from 'chai';
import { Rooms, cleanedName, isShowable } from '../../rooms/index.js';
import type { Attributes, Participant } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { codeOf } from '../support/rejection.js';
import { Stage, attributesOf } from './stage.js';

const silent = () => () => undefined;

/** Names that people have, with characters that a careless rule would refuse. */
const good: readonly string[] = [
  'ana',
  ' <b>"&ana ',
  'José',
  'x'.repeat(256),
  '🦉'.repeat(256),
  // With joiners, variants, keycaps and tags that change what is seen.
  '👩\u200D👩\u200D👧',
  '👩🏽\u200D🤝\u200D👩🏻',
  '❤\uFE0F\u200D🔥',
  '1\uFE0F\u20E3',
  '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
  'می\u200Cخواهم',
  'क\u094D\u200Dष',
  'ന\u0D4D\u200D',
  '辻\u{E0100}',
];
/** Names that are not what they seem, and what is left of each. */
const bad: readonly (readonly [what: string, name: string, cleaned: string])[] = [
  ['257 characters', 'x'.repeat(257), 'x'.repeat(256)],
  ['257 characters of two units', '🦉'.repeat(257), '🦉'.repeat(256)],
  ['490,000 characters', 'x'.repeat(490_000), 'x'.repeat(256)],
  ['a null character', 'a\u0000na', 'ana'],
  ['a line break', 'a\nna', 'ana'],
  ['an escape sequence', '\u001B[31mana', '[31mana'],
  ['a control character of 8 bits', 'a\u009Bna', 'ana'],
  ['a line separator', 'a\u2028na', 'ana'],
  ...[0x061c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069].map(
    (code) => [`the bidi mark ${code.toString(16)}`, `a${String.fromCodePoint(code)}na`, 'ana'] as const,
  ),
  ...[0x00ad, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0x3164, 0xfe0f, 0xe0061].map(
    (code) => [`the invisible character ${code.toString(16)}`, `a${String.fromCodePoint(code)}na`, 'ana'] as const,
  ),
  ['a joiner at its end', '👩\u200D', '👩'],
  ['half a character', 'a\uD800na', 'ana'],
];

describe('a name', () => {
  for (const name of good) {
    it(`may be ${JSON.stringify(name.slice(0, 20))}`, () => {
      const stage = new Stage();
      expect(stage.join(name, name)).to.include({ id: name, name });
      expect(stage.rooms.find(name)?.name).to.equal(name);
      expect(isShowable(name)).to.equal(true);
      expect(cleanedName(name)).to.equal(name.trim());
    });
  }

  for (const [what, name, cleaned] of bad) {
    it(`with ${what} is refused at every entrance with invalid-name, and can be cleaned`, async () => {
      const stage = new Stage();
      const { rooms } = stage;
      expect(await stage.refused(name), 'id').to.equal('invalid-name');
      expect(await stage.refused('ana', name), 'room').to.equal('invalid-name');
      const attributes = attributesOf('ana');
      const joining = (changed: Partial<Attributes>) =>
        rooms.join('r1', { id: 'a', attributes: { ...attributes, ...changed } }, silent);
      expect(await codeOf(joining({ displayName: name })), 'displayName').to.equal('invalid-name');
      expect(await codeOf(joining({ dialect: name })), 'dialect').to.equal('invalid-name');
      expect(await codeOf(rooms.open(name)), 'room that is opened').to.equal('invalid-name');
      expect(await codeOf(rooms.open('r1', { title: name })), 'title').to.equal('invalid-name');
      expect(rooms.names).to.deep.equal([]);
      expect(isShowable(name)).to.equal(false);
      expect(cleanedName(name)).to.equal(cleaned);
    });
  }

  it('that is too long or invisible is said to be so, and by which character', async () => {
    const { rooms } = new Stage();
    const messageOf = (id: string): Promise<string> =>
      rooms.join('r1', { id, attributes: attributesOf('ana') }, silent).then(
        () => '',
        (error: unknown) => (error as Error).message,
      );
    expect(await messageOf('x'.repeat(300))).to.equal(
      'The name of a participant must not have more than 256 characters',
    );
    expect(await messageOf('a\u202Eb')).to.equal(
      'The name of a participant must not hold the invisible character U+202E',
    );
    expect(await messageOf('e\u0301')).to.match(/normalization form C/);
  });

  it('of a room is the same in every form of Unicode, and so is a display name; an id is not changed but refused', async () => {
    const stage = new Stage();
    const ana = stage.join('ana', 'caf\u00E9');
    const attributes = { ...attributesOf('jose\u0301'), dialect: 'other' };
    const jose = await stage.rooms.join('cafe\u0301', { id: '1', attributes }, silent);
    expect(jose.room).to.equal(ana.room);
    expect(jose).to.include({ name: 'jos\u00E9' });
    expect(jose.attributes.displayName).to.equal('jos\u00E9');
    expect(stage.rooms.find('cafe\u0301')).to.equal(ana.room);
    expect(await codeOf(stage.rooms.open('cafe\u0301'))).to.equal('room-exists');
    expect(await stage.refused('jose\u0301')).to.equal('invalid-name');
    expect(stage.join('e\u0301'.repeat(256).normalize(), 'e\u0301'.repeat(256)).room.name).to.equal('é'.repeat(256));
  });
});

describe('the attributes of a participant', () => {
  it('are those that others may see, whatever else a dialect has in them', async () => {
    const rooms = new Rooms(new FakeMedia());
    const attributes = { ...attributesOf('ana'), secret: 'x'.repeat(1_000_000) };
    const ana = await rooms.join('r1', { id: 'ana', attributes }, silent);
    expect(ana.attributes).to.deep.equal(attributesOf('ana'));
  });
});

describe('a text', () => {
  /** A room of two whose texts have at most ten bytes. */
  async function pair(): Promise<{ ana: Participant; berta: Participant; heard: string[] }> {
    const rooms = new Rooms(new FakeMedia(), { maxTextBytes: 10 });
    const heard: string[] = [];
    const join = (id: string) =>
      rooms.join('r1', { id, attributes: { ...attributesOf(id), hearsPrivateTexts: true } }, () => (event) => {
        if (event.type === 'textSaid') heard.push(`${id}: ${event.text}`);
      });
    return { ana: await join('ana'), berta: await join('berta'), heard };
  }

  it('has as many bytes of UTF-8 as are allowed, and not one more, in the room and in private', async () => {
    const { ana, berta, heard } = await pair();
    for (const text of ['x'.repeat(11), 'é'.repeat(6), '🦉🦉🦉', '\uD800']) {
      expect(ana.room.takesText(text)).to.equal(false);
      expect(
        await codeOf(() => {
          ana.say(text);
        }),
        text,
      ).to.equal('invalid-text');
      expect(
        await codeOf(() => {
          ana.say(text, berta);
        }),
        text,
      ).to.equal('invalid-text');
    }
    for (const text of ['', 'x'.repeat(10), 'é'.repeat(5), '🦉🦉xx', '\u0000\n\u202E']) ana.say(text, berta);
    expect(heard).to.have.lengthOf(5);
  });
});
