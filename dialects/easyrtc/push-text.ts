import type { Push } from './messages.js';

/** JSON without the opening brace, so that members for one receiver can precede it. @throws RangeError for data nested too deeply */
export type PushText = (push: Push) => string;

export const pushText: PushText = (push) => JSON.stringify(push).slice(1);
