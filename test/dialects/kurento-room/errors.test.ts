import { expect } from 'chai';
import { errorTable } from '../../../dialects/kurento-room/error-table.js';
import { internalError, roomErrors } from '../../../dialects/kurento-room/errors.js';
import { requests } from '../../../dialects/kurento-room/requests.js';
import { errorsShown, readTranscripts } from '../../support/transcript-file.js';

/** Without a request: frames that are refused before the request is known. */
const noRequest = 'none';

/** One line for each refusal: number, request, condition. */
function lineOf(code: number, method: string, when: string): string {
  return `${code} ${method}: ${when}`;
}

/** The refusals that the requests declare. */
function promised(): string[] {
  return errorTable()
    .filter(({ when }) => !unseen.has(when))
    .flatMap(({ code, when, requests: names }) => {
      // A defect cannot be caused in every request, so one request shows it.
      if (code === internalError) return [lineOf(code, 'joinRoom', when)];
      return (names.length === 0 ? [noRequest] : names).map((method) => lineOf(code, method, when));
    });
}

const unseen = new Set(Object.values(roomErrors).map((entry) => entry.unseen));

describe('Kurento Room §6 the table of errors (dialects/kurento-room/error-table.ts)', () => {
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

  it('§6.1 each refusal of the domain is declared by a request, or said to be unseen', () => {
    const declared = new Set(requests.flatMap(({ errors }) => errors.map(({ reason }) => reason)));
    for (const [code, entry] of Object.entries(roomErrors)) {
      expect(declared.has(code as keyof typeof roomErrors), code).to.equal(entry.unseen === undefined);
    }
  });
});

function knownMethod(method: string | undefined): string {
  return method !== undefined && requests.some(({ name }) => name === method) ? method : noRequest;
}
