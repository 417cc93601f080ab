import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import { hueOf, initial, type Person } from '../model/person.js';
import { Icon } from './icon.js';
import { Panel } from './panel.js';
import { PersonTools } from './person-tools.js';
import { RoomTools } from './room-tools.js';
import { ToolButton } from './tool-button.js';
import { WaitingPerson } from './waiting-person.js';

/** The list of the participants, raised hands first. Moderators let people in here, and moderate. */
export function PeoplePanel({ call }: { readonly call: Call }) {
  const { house } = call;
  const people = call.list.value;
  const waiting = house.waiting.value;
  return (
    <Panel call={call} name="people" title={`People (${people.length})`} closeLabel="Close list of people">
      <div class="people-body" tabIndex={0} role="region" aria-label="People and requests">
        {house.moderates.value && <RoomTools call={call} />}
        {waiting.length > 0 && (
          <section class="waiting" aria-labelledby="waiting-title">
            <h3 id="waiting-title">Waiting to be let in ({waiting.length})</h3>
            <ul>
              {waiting.map((person) => (
                <li key={person.id} class="notice">
                  <WaitingPerson house={house} person={person} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <ul class="people">
          {people.map((person) => (
            <Row key={person} call={call} person={person} />
          ))}
        </ul>
      </div>
    </Panel>
  );
}

function Row({ call, person }: { readonly call: Call; readonly person: Person }) {
  const open = useSignal(false);
  const moderates = call.house.moderates.value && !person.own;
  const place = call.hands.value.indexOf(person) + 1;
  const tools = `tools-${call.people.value.indexOf(person)}`;
  return (
    <li class="person" data-person={person.id} style={{ '--hue': hueOf(person.id) }}>
      <div class="person-row">
        <span class="avatar small" aria-hidden="true">
          {initial(person.name)}
        </span>
        <span class="person-text">
          <span class="person-name">
            {person.name}
            {person.own && <span class="person-note"> (you)</span>}
          </span>
          <span class="person-note">{notesOf(person)}</span>
        </span>
        {place > 0 && (
          <span class="person-hand" role="img" aria-label={`Hand raised, number ${place}`}>
            <Icon name="hand" />
            {place}
          </span>
        )}
        {moderates && (
          <ToolButton
            icon="more"
            label={`Moderate ${person.name}`}
            class="small"
            expanded={open.value}
            controls={tools}
            onClick={() => (open.value = !open.value)}
          />
        )}
      </div>
      {moderates && open.value && <PersonTools id={tools} call={call} person={person} />}
    </li>
  );
}

function notesOf(person: Person): string {
  const [silent, dark] = [person.isCut('audio'), person.isCut('video')];
  const notes = [
    silent && dark && 'sound and video stopped by a moderator',
    silent && !dark && 'muted by a moderator',
    dark && !silent && 'video stopped by a moderator',
    !silent && person.publishes.value && person.muted.value && 'muted',
    person.speaking.value && 'speaking',
    !person.publishes.value && 'listening',
  ];
  return notes.filter(Boolean).join(', ');
}
