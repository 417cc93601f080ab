import type { Push } from './messages.js';

/** As JSON without the opening brace: members for one receiver alone come before it. @throws RangeError for what is nested too deeply */
export type PushText = (push: Push) => string;

export const pushText: PushText = (push) => JSON.stringify(push).slice(1);
