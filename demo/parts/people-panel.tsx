import type { Call } from '../model/call.js';
import { hueOf, initial } from '../model/person.js';
import { Panel } from './panel.js';

/** The list of the participants. */
export function PeoplePanel({ call }: { readonly call: Call }) {
  const people = call.people.value;
  return (
    <Panel call={call} name="people" title={`People (${people.length})`} closeLabel="Close list of people">
      <ul class="people">
        {people.map((person) => (
          <li key={person} class="person" style={{ '--hue': hueOf(person.name) }}>
            <span class="avatar small" aria-hidden="true">
              {initial(person.name)}
            </span>
            <span class="person-name">
              {person.name}
              {person.own && <span class="person-note"> (you)</span>}
            </span>
            {person.speaking.value && <span class="person-note">speaking</span>}
            {!person.publishes.value && <span class="person-note">listening</span>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
