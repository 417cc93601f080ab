import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import { hueOf, initial, type Person } from '../model/person.js';
import { useVoice } from './voice.js';
import type { Words } from '../words/words.js';
import { Icon } from './icon.js';
import { Panel } from './panel.js';
import { PersonTools } from './person-tools.js';
import { RoomTools } from './room-tools.js';
import { ToolButton } from './tool-button.js';
import { WaitingPerson } from './waiting-person.js';

/** The list of the participants, raised hands first. Moderators let people in here, and moderate. */
export function PeoplePanel({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { house } = call;
  const texts = words().people;
  const people = call.list.value;
  const waiting = house.waiting.value;
  return (
    <Panel call={call} name="people" title={texts.title(people.length)} closeLabel={texts.close}>
      <div class="people-body" tabIndex={0} role="region" aria-label={texts.region}>
        {house.moderates.value && <RoomTools call={call} />}
        {waiting.length > 0 && (
          <section class="waiting" aria-labelledby="waiting-title">
            <h3 id="waiting-title">{words().moderation.waiting(waiting.length)}</h3>
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
  const { words } = useVoice();
  const open = useSignal(false);
  const { people, moderation } = words();
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
            {person.own && <span class="person-note"> {people.self}</span>}
          </span>
          <span class="person-note">{notesOf(person, words())}</span>
        </span>
        {place > 0 && (
          <span class="person-hand" role="img" aria-label={people.hand(place)}>
            <Icon name="hand" />
            {place}
          </span>
        )}
        {moderates && (
          <ToolButton
            icon="more"
            label={moderation.person(person.name)}
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

function notesOf(person: Person, { people }: Words): string {
  const [silent, dark] = [person.isCut('audio'), person.isCut('video')];
  const notes = [
    silent && dark && people.allCut,
    silent && !dark && people.soundCut,
    dark && !silent && people.videoCut,
    !silent && person.publishes.value && person.muted.value && people.muted,
    person.speaking.value && people.speaking,
    !person.publishes.value && people.listening,
  ];
  return notes.filter(Boolean).join(', ');
}
