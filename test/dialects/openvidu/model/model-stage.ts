import { connectionBody } from '../../../../dialects/openvidu/model/connection-properties.js';
import type { OvFact } from '../../../../dialects/openvidu/model/facts.js';
import type { OvConnection } from '../../../../dialects/openvidu/model/ov-connection.js';
import type { OvSession } from '../../../../dialects/openvidu/model/ov-session.js';
import { OvSessions } from '../../../../dialects/openvidu/model/ov-sessions.js';
import { sessionBody } from '../../../../dialects/openvidu/model/session-properties.js';
import { sharedNames } from '../../../../dialects/room-names.js';
import type { Participant } from '../../../../rooms/index.js';
import { Stage, joinAtOnce } from '../../../rooms/stage.js';

/** Sessions on real rooms, with values kept in memory and a clock that tests move. */
export class ModelStage extends Stage {
  readonly facts: OvFact[] = [];
  now = 1_000_000;
  sessions = this.newSessions();

  /** As another process would have them, on what is kept. */
  newSessions(): OvSessions {
    const sessions = new OvSessions({
      ...{ rooms: this.rooms, names: sharedNames, dialect: 'openvidu', now: () => this.now },
      ...{ maxSessions: 3, maxPendingConnections: 3, chatType: 'chat' },
      defaults: { forcedVideoCodec: 'MEDIA_SERVER_PREFERRED', allowTranscoding: false },
    });
    sessions.listen((fact) => this.facts.push(fact));
    return sessions;
  }

  make(customSessionId = 'r1'): Promise<OvSession> {
    return this.sessions.create(sessionBody.parse({ customSessionId }));
  }

  /** A member, as the gateway lets it in. */
  enter(session: OvSession, connection: OvConnection = session.addConnection(connectionBody.parse({}))): Participant {
    const attributes = { displayName: connection.id, dialect: 'openvidu', hearsPrivateTexts: true };
    return joinAtOnce(this.rooms, session.id, { id: connection.id, attributes }, (participant) => {
      const client = { clientMetadata: 'client', platform: 'Chrome', ip: '192.0.2.1', finalUserId: 'u' };
      connection.activate({ participant, activeAt: this.now, ...client });
      return () => undefined;
    });
  }

  /** What has been told since the last call, in short. */
  get toldFacts(): string[] {
    return this.facts.splice(0).map((fact) => {
      const direction = 'connection' in fact ? ` ${fact.connection}` : '';
      return `${fact.event}${direction}${'reason' in fact ? ` ${fact.reason}` : ''}`;
    });
  }
}
