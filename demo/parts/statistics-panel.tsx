import { decibels } from '../../client/index.js';
import type { Call } from '../model/call.js';
import type { Person } from '../model/person.js';
import { useVoice } from './voice.js';
import type { Words } from '../words/words.js';
import { Panel } from './panel.js';

/** Of full scale. Below it nothing is heard. */
const silentDb = -90;

/** Figures of the connections, which show why something looks bad. */
export function StatisticsPanel({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const texts = words().statistics;
  return (
    <Panel call={call} name="statistics" title={texts.title} closeLabel={texts.close}>
      <div class="statistics" tabIndex={0} role="region" aria-label={texts.region}>
        {call.people.value.map((person) => (
          <Connection key={person} person={person} />
        ))}
      </div>
    </Panel>
  );
}

function Connection({ person }: { readonly person: Person }) {
  const { words } = useVoice();
  const figures = person.figures.value;
  const texts = words().statistics;
  return (
    <section class="connection">
      <h3>{person.own ? texts.sent : texts.received(person.name)}</h3>
      {figures ? (
        <dl>
          {rowsOf(person, figures, words()).map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p class="empty">{person.publishes.value ? texts.measuring : texts.nothing}</p>
      )}
    </section>
  );
}

function rowsOf(
  person: Person,
  { rates, statistics }: NonNullable<Person['figures']['value']>,
  { statistics: texts }: Words,
): [string, string][] {
  const { frameWidth, frameHeight, audioLevel } = person.own ? statistics.sent : statistics.received;
  const level = decibels(audioLevel);
  return [
    [texts.rate, `${rates.kbitPerSecond.toFixed(0)} kbit/s`],
    [
      texts.picture,
      frameWidth > 0 ? `${frameWidth} × ${frameHeight}, ${rates.framesPerSecond.toFixed(0)}/s` : texts.noPicture,
    ],
    [texts.lost, `${(rates.loss * 100).toFixed(1)} %`],
    [
      texts.roundTrip,
      statistics.roundTrip === undefined ? texts.unknown : `${(statistics.roundTrip * 1000).toFixed(0)} ms`,
    ],
    [texts.loudness, level > silentDb ? `${level.toFixed(0)} dB` : texts.silent],
    [texts.state, statistics.state],
  ];
}
