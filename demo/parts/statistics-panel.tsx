import type { Call } from '../model/call.js';
import type { Person } from '../model/person.js';
import { Panel } from './panel.js';

/** Figures of the connections, which show why something looks bad. */
export function StatisticsPanel({ call }: { readonly call: Call }) {
  return (
    <Panel call={call} name="statistics" title="Statistics" closeLabel="Close statistics">
      <div class="statistics" tabIndex={0} role="region" aria-label="Statistics of each connection">
        {call.people.value.map((person) => (
          <Connection key={person} person={person} />
        ))}
      </div>
    </Panel>
  );
}

function Connection({ person }: { readonly person: Person }) {
  const figures = person.figures.value;
  return (
    <section class="connection">
      <h3>{person.own ? 'You send' : `From ${person.name}`}</h3>
      {figures ? (
        <dl>
          {rowsOf(person, figures).map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p class="empty">{person.publishes.value ? 'Measuring …' : 'Nothing'}</p>
      )}
    </section>
  );
}

function rowsOf(person: Person, { rates, statistics }: NonNullable<Person['figures']['value']>): [string, string][] {
  const { frameWidth, frameHeight, audioLevel } = person.own ? statistics.sent : statistics.received;
  return [
    ['Bit rate', `${rates.kbitPerSecond.toFixed(0)} kbit/s`],
    ['Picture', frameWidth > 0 ? `${frameWidth} × ${frameHeight}, ${rates.framesPerSecond.toFixed(0)}/s` : 'none'],
    ['Lost', `${(rates.loss * 100).toFixed(1)} %`],
    ['Round trip', statistics.roundTrip === undefined ? 'unknown' : `${(statistics.roundTrip * 1000).toFixed(0)} ms`],
    ['Loudness', `${(audioLevel * 100).toFixed(0)} %`],
    ['State', statistics.state],
  ];
}
