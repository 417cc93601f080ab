import { expect } from 'chai';
import { internalError, protocolErrorCodes, roomErrorCodes } from '../../../dialects/kurento-room/errors.js';
import type { ErrorEntry } from '../../../dialects/kurento-room/errors.js';
import { requests } from '../../../dialects/kurento-room/params.js';
import { errorsShown, readTranscripts } from '../../support/transcript-file.js';

/** Without a request: what is refused before it is known to be one. */
const noRequest = 'none';

/** One line for each way to be refused: number, request, condition. */
function lineOf(code: number, method: string, when: string): string {
  return `${code} ${method}: ${when}`;
}

/** What a client may be refused for, as the table has it. */
function promised(): string[] {
  const refusals: readonly ErrorEntry[] = Object.values(roomErrorCodes);
  return [
    ...protocolErrorCodes.flatMap(({ code, conditions }) =>
      conditions.flatMap(({ when, requests: which }) => {
        // A defect cannot be had on demand in each of the requests: one is shown.
        if (code === internalError) return [lineOf(code, 'joinRoom', when)];
        const methods = which === 'all' ? Object.keys(requests) : which.length === 0 ? [noRequest] : which;
        return methods.map((method) => lineOf(code, method, when));
      }),
    ),
    ...refusals.flatMap(({ code, conditions }) =>
      conditions.flatMap(({ when, requests: which }) =>
        (which === 'all' ? Object.keys(requests) : which).map((method) => lineOf(code, method, when)),
      ),
    ),
  ];
}

describe('Kurento Room §6 the table of errors (dialects/kurento-room/errors.ts)', () => {
  const transcripts = readTranscripts();
  const shown = errorsShown(transcripts);

  it('§6.3 every number, request and condition it promises is shown by a transcript', () => {
    const lines = new Set(shown.map(({ code, method, when }) => lineOf(code, knownMethod(method), when ?? '')));
    expect(promised().filter((line) => !lines.has(line))).to.deep.equal([]);
  });

  it('§6.3 no transcript shows a number, request or condition that it does not promise', () => {
    const lines = new Set(promised());
    const pairs = new Set([...lines].map((line) => line.split(':', 1)[0]));
    const strange = shown.filter(({ code, method, when }) => {
      const line = lineOf(code, knownMethod(method), when ?? '');
      return when === undefined ? !pairs.has(line.split(':', 1)[0]) : !lines.has(line);
    });
    expect(strange).to.deep.equal([]);
  });
});

function knownMethod(method: string | undefined): string {
  return method !== undefined && Object.hasOwn(requests, method) ? method : noRequest;
}
