import { z } from 'zod';
import { textFrame } from '../../../transport/frame.js';
import { ProtocolError } from '../../session-layer/errors.js';
import { tellMembers } from '../members.js';
import type { OvConnection } from '../model/ov-connection.js';
import type { OvSession } from '../model/ov-session.js';
import { notificationText } from '../../session-layer/notification-text.js';
import { signal as signalNotification } from '../notifications.js';
import { roomRequest } from '../request-type.js';

const signalSchema = z.object({
  to: z.array(z.string()).nullish(),
  data: z.string().optional(),
  type: z.string().optional(),
});
type Signal = z.output<typeof signalSchema>;

export const sendMessage = roomRequest({
  name: 'sendMessage',
  params: z.object({
    message: z.string().meta({ description: 'JSON in a text: {"to":[connectionId…],"data":"…","type":"signal:chat"}' }),
  }),
  result: z.object({}),
  summary: 'Sends a signal to everybody, the sender too, or to some.',
  description:
    'A signal of the type OPENVIDU_CHAT_TYPE is a text: it also goes to clients of other protocols. Other types reach pages of OpenVidu alone.',
  example: { params: { message: '{"to":[],"data":"Hello","type":"signal:chat"}' }, result: {} },
  errors: [
    { reason: 600, when: '`message` is no JSON object, or a member of it is of the wrong type.' },
    { reason: 601, when: 'Nobody of a name in `to` is in the session: nothing is sent.' },
    {
      reason: 601,
      when: 'Somebody in `to` speaks another protocol, and the signal is no text, or has no text for them.',
    },
    { reason: 'invalid-text', when: 'A text for somebody of another protocol is longer than MAX_TEXT_BYTES.' },
  ],
  answeredFirst: true,
  handle: (participant, { message }, { session, settings }) => {
    const { connection, ovSession } = session;
    const sent = signalIn(message);
    const { type, data } = sent;
    const chosen = receiversOf(sent, ovSession);
    const isChat = type === `signal:${settings.chatType}` || type === settings.chatType;
    const text = isChat ? textIn(data ?? '') : '';
    for (const { participant: receiver } of chosen?.filter(({ isStranger }) => isStranger) ?? []) {
      if (!isChat || text === '') throw new ProtocolError(601, 'Only texts reach clients of other protocols');
      if (receiver?.attributes.hearsPrivateTexts !== true) {
        throw new ProtocolError(601, 'A receiver can be told nothing in private');
      }
      if (!participant.room.takesText(text)) throw new ProtocolError(600, 'The text is too long');
    }
    const receivers = chosen ?? ovSession.active;
    const told = { ...(data !== undefined && { data }), ...(type !== undefined && { type }), from: connection.id };
    tellMembers(receivers, textFrame(notificationText(signalNotification, told)));
    if (chosen) {
      for (const { isStranger, participant: receiver } of chosen) if (isStranger) participant.say(text, receiver);
    } else if (text !== '' && participant.room.takesText(text)) participant.say(text);
    ovSession.tell({
      event: 'signalSent',
      from: connection.id,
      to: receivers.filter(({ isStranger }) => !isStranger || isChat).map(({ id }) => id),
      type: (type ?? '').replace(/^signal:/, ''),
      data: data ?? '',
    });
    return { answer: {} };
  },
});

/** @throws ProtocolError 600 */
function signalIn(message: string): Signal {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    throw new ProtocolError(600, 'The signal is not JSON');
  }
  const signal = signalSchema.safeParse(value);
  if (signal.success) return signal.data;
  throw new ProtocolError(
    600,
    'The signal must be an object whose "data" and "type" are texts, and "to" a list of ids',
  );
}

/** Each once. Undefined: everybody. @throws ProtocolError 601 */
function receiversOf({ to }: Signal, session: OvSession): readonly OvConnection[] | undefined {
  if (!to || to.length === 0) return undefined;
  return [...new Set(to)].map((id) => {
    const receiver = session.connection(id);
    if (receiver && !receiver.isPending) return receiver;
    throw new ProtocolError(601, `Nobody in the session has the connection "${id}"`);
  });
}

/** What the data of such a signal says, for clients of other protocols. */
function textIn(data: string): string {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return data;
  }
  if (typeof value !== 'object' || value === null || !('message' in value)) return data;
  return typeof value.message === 'string' ? value.message : data;
}
