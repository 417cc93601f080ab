import { expect } from 'chai';
import { signal } from '@preact/signals';
import { Person } from '../../demo/model/person.js';
import { Scene } from '../../demo/model/scene.js';
import { inBrowserWorld } from '../client/browser-world.js';
import { Voice } from '../../demo/words/words.js';

const desktop = { width: 1240, height: 640 };

/** The user is the first of them. */
function cast(count: number, size = desktop) {
  const people = signal(
    Array.from({ length: count }, (_, index) => new Person(`p${index}`, `P ${index}`, index === 0, new Voice())),
  );
  const scene = new Scene(people);
  scene.size.value = size;
  const person = (index: number): Person => {
    const found = people.value.find(({ id }) => id === `p${index}`);
    if (!found) throw new Error(`there is no p${index}`);
    return found;
  };
  const shown = (): string[] => scene.arrangement.value.places.map(({ picture }) => picture.person.id);
  /** As the call does it. */
  const speak = (...indexes: number[]): void => {
    const speakers = indexes.map(person);
    for (const each of people.value) each.speaking.value = speakers.includes(each);
    scene.heard(speakers);
  };
  return { people, scene, person, shown, speak };
}

describe('the scene on the stage', () => {
  inBrowserWorld();

  it('brings somebody that speaks on another page to the first, and moves nobody but the one that was quiet longest', () => {
    const { shown, speak, scene } = cast(16);
    expect(shown()).to.deep.equal(['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p0']);
    for (const index of [1, 2, 4, 5, 6, 7, 8]) speak(index);
    speak(12);
    expect(shown()).to.deep.equal(['p1', 'p2', 'p12', 'p4', 'p5', 'p6', 'p7', 'p8', 'p0']);
    scene.turnTo(1);
    expect(shown()).to.deep.equal(['p9', 'p10', 'p11', 'p3', 'p13', 'p14', 'p15']);
  });

  it('moves nobody when all of them have a place, or when the speaker is there already', () => {
    const few = cast(9);
    few.speak(8);
    expect(few.shown().at(-2)).to.equal('p8');
    const many = cast(16);
    const before = many.shown();
    many.speak(4);
    many.speak(0);
    expect(many.shown()).to.deep.equal(before);
  });

  it('never takes the place of somebody that speaks at that moment', () => {
    const { shown, speak } = cast(16);
    speak(1, 2, 3, 4, 5, 6, 7);
    speak(1, 2, 3, 4, 5, 6, 7, 9);
    expect(shown()).to.deep.equal(['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p9', 'p0']);
  });

  it('keeps a speaker large while they speak, in the speaker view, and never makes oneself large', () => {
    const { scene, shown, speak } = cast(5);
    scene.choice.value = 'speaker';
    speak(3);
    speak(4, 3);
    expect(shown()[0]).to.equal('p3');
    speak(4);
    expect(shown()[0]).to.equal('p4');
    speak(0);
    speak();
    expect(shown()[0]).to.equal('p4');
  });

  it('shows a shared screen large, its faces beside it, and all as before when it ends', () => {
    const { scene, person } = cast(4);
    person(2).screen.value = new MediaStream();
    const [main, ...strip] = scene.arrangement.value.places;
    expect([main?.picture.person.id, main?.picture.isScreen, main?.fit]).to.deep.equal(['p2', true, 'contain']);
    expect(strip.map(({ picture }) => picture.person.id)).to.deep.equal(['p1', 'p2', 'p3', 'p0']);
    person(2).screen.value = undefined;
    expect(scene.arrangement.value.places.every(({ role }) => role === 'tile')).to.equal(true);
  });

  it('lets go of a pin by a second click, by Escape, and when the person leaves', () => {
    const { scene, person, people } = cast(4);
    scene.togglePin(person(1).picture);
    expect(scene.arrangement.value.places[0]?.picture).to.equal(person(1).picture);
    scene.togglePin(person(1).picture);
    expect(scene.unpin(), 'nothing is pinned').to.equal(false);
    scene.togglePin(person(2).picture);
    expect(scene.unpin()).to.equal(true);
    scene.togglePin(person(3).picture);
    people.value = people.value.filter((each) => each.id !== 'p3');
    expect(scene.pinned.value).to.equal(undefined);
    expect(scene.arrangement.value.places.length).to.equal(3);
  });

  it('shows the last page when the page that one looks at is gone', () => {
    const { scene, shown, people } = cast(16);
    scene.turnTo(1);
    people.value = people.value.slice(0, 5);
    expect(shown()).to.deep.equal(['p1', 'p2', 'p3', 'p4', 'p0']);
  });
});
