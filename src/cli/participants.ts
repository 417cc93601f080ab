import { z } from 'zod';
import { readGrants } from '../../access/index.js';
import { UsageError } from './command.js';
import type { Command, Flags, GivenFlags } from './command.js';
import { Remote, remoteFlags } from './remote.js';
import { aligned, nothing, reasonFlag } from './rooms.js';
import { secondsIn } from './token-create.js';

const room: Flags = { room: { value: 'NAME', meaning: 'The room.' } };
const one: Flags = { ...room, participant: { value: 'NAME', meaning: 'The identity or the id of the participant.' } };

const kinds = ['audio', 'video'] as const;

const participant = z.looseObject({
  identity: z.string(),
  displayName: z.string(),
  dialect: z.string(),
  publications: z.array(z.looseObject({ stream: z.string(), kinds: z.array(z.enum(kinds)) })),
  state: z.looseObject({ mutedByModerator: z.array(z.enum(kinds)) }),
});

const listFlags: Flags = { ...room, ...remoteFlags };
const list: Command = {
  name: 'participants list',
  summary: 'lists those in a room, the hidden ones too',
  flags: listFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(listFlags, args, surroundings);
    const query = { room: remote.needed('room') };
    const asked = { method: 'GET', path: 'room/participants', query } as const;
    const participants = await remote.ask(asked, z.array(participant));
    return remote.print({ participants }, aligned(participants.map(lineOf)));
  },
};

const evictFlags: Flags = {
  ...one,
  ...reasonFlag,
  ban: { value: 'TIME', meaning: 'Ban the person: as 90s, 30m, 6h or 7d, or "room" for as long as the room lives.' },
  revoke: { meaning: 'Refuse the tokens that the person has now.' },
  ...remoteFlags,
};
const evict: Command = {
  name: 'participants evict',
  summary: 'removes somebody from a room',
  flags: evictFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(evictFlags, args, surroundings);
    const { given } = remote;
    const ban = given.text('ban');
    const query = {
      ...whom(remote),
      reason: given.text('reason'),
      banMs: ban === undefined ? undefined : String(ban === 'room' ? -1 : secondsIn('ban', ban) * 1_000),
      revoke: given.isGiven('revoke') ? 'true' : undefined,
    };
    await remote.ask({ method: 'DELETE', path: 'participant', query }, nothing);
    return remote.print({}, []);
  },
};

const muteFlags: Flags = {
  ...one,
  audio: { meaning: 'Cut the microphone.' },
  video: { meaning: 'Cut the camera.' },
  allow: { meaning: 'Take the cut away instead; the participant decides again.' },
  ...remoteFlags,
};
const mute: Command = {
  name: 'participants mute',
  summary: 'cuts audio or video of somebody, at the server',
  flags: muteFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(muteFlags, args, surroundings);
    const wanted = kinds.filter((kind) => remote.given.isGiven(kind));
    if (wanted.length === 0) throw new UsageError('--audio or --video is needed');
    const isCut = !remote.given.isGiven('allow');
    return changed(remote, { muted: Object.fromEntries(wanted.map((kind) => [kind, isCut])) });
  },
};

const grantFlags: Flags = {
  ...one,
  role: { value: 'ROLE', meaning: 'moderator, publisher or subscriber.' },
  grant: { value: 'GRANT', meaning: 'Laid over the role, as canPublish=false.', isMany: true },
  ...remoteFlags,
};
const grant: Command = {
  name: 'participants grant',
  summary: 'changes what somebody may do',
  flags: grantFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(grantFlags, args, surroundings);
    const role = remote.given.text('role')?.toUpperCase();
    const grants = grantsIn(remote.given);
    if (role === undefined && Object.keys(grants).length === 0) throw new UsageError('--role or --grant is needed');
    return changed(remote, { ...(role !== undefined && { role }), grants });
  },
};

export const participantCommands: readonly Command[] = [list, evict, mute, grant];

function whom(remote: Remote) {
  return { room: remote.needed('room'), participant: remote.needed('participant') };
}

async function changed(remote: Remote, body: object) {
  const shown = await remote.ask({ method: 'PATCH', path: 'participant', query: whom(remote), body }, participant);
  return remote.print(shown, aligned([lineOf(shown)]));
}

function lineOf({ identity, displayName, dialect, publications, state }: z.output<typeof participant>): string[] {
  const sent = publications.map((each) => `${each.stream} (${each.kinds.join('+') || 'nothing yet'})`);
  const sends = sent.length > 0 ? `publishes ${sent.join(', ')}` : '';
  const cut = state.mutedByModerator.length > 0 ? `cut: ${state.mutedByModerator.join('+')}` : '';
  return [identity, displayName, dialect, sends, cut];
}

/** @throws UsageError */
function grantsIn(given: GivenFlags): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    given.texts('grant').map((text) => {
      const [name = ''] = text.split('=');
      const value: unknown = Reflect.get(readGrants(text) ?? {}, name);
      if (value === undefined) throw new UsageError(`--grant ${text}: there is no such grant, or it has no such value`);
      return [name, value];
    }),
  );
}
