import { byId, create } from './dom.js';
import { hueOf, initial } from './tile.js';

export interface Person {
  readonly name: string;
  readonly own: boolean;
  readonly publishes: boolean;
}

/** Who is here. */
export class PeoplePanel {
  readonly #list = byId('people', HTMLElement);
  readonly #title = byId('people-title', HTMLElement);

  show(people: readonly Person[]): void {
    this.#title.textContent = `People (${people.length})`;
    this.#list.replaceChildren(...people.map(row));
  }
}

function row({ name, own, publishes }: Person): HTMLLIElement {
  const avatar = create('span', 'avatar small', initial(name));
  avatar.setAttribute('aria-hidden', 'true');
  const text = create('span', 'person-name', name);
  if (own) text.append(create('span', 'person-note', ' (you)'));
  const item = create('li', 'person', avatar, text);
  if (!publishes) item.append(create('span', 'person-note', 'listening'));
  item.style.setProperty('--hue', String(hueOf(name)));
  return item;
}
