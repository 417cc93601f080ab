import type { AccessAnswer, Authorize, Grants, Source } from '../rooms/index.js';
import { sources } from '../rooms/index.js';

/** Asks the first, where there is one, then the second. Each may refuse, and the stricter of both grants counts; of the rest, what the first says. */
export function both(first: Authorize | undefined, second: Authorize): Authorize {
  if (!first) return second;
  return (request) => {
    const answer = first(request);
    if (!(answer instanceof Promise)) {
      const other = second(request);
      return other instanceof Promise ? other.then((said) => stricter(answer, said)) : stricter(answer, other);
    }
    return answer.then(async (said) => stricter(said, await second(request)));
  };
}

function stricter(one: AccessAnswer | undefined, other: AccessAnswer | undefined): AccessAnswer | undefined {
  if (!one || !other) return one ?? other;
  const grants = one.grants && other.grants ? stricterGrants(one.grants, other.grants) : (one.grants ?? other.grants);
  return { ...other, ...one, ...(grants && { grants }) };
}

function stricterGrants(one: Grants, other: Grants): Grants {
  const flags = Object.keys(one).filter((name): name is Exclude<keyof Grants, 'canPublishSources'> => {
    return name !== 'canPublishSources';
  });
  const common = Object.fromEntries(flags.map((flag) => [flag, one[flag] && other[flag]]));
  const canPublishSources = sources.filter((source) => takes(one, source) && takes(other, source));
  // The names and types are those of Grants. A hidden participant may do less.
  const all = { ...one, ...(common as Partial<Grants>), hidden: one.hidden || other.hidden };
  return canPublishSources.length === 0
    ? { ...all, canPublish: false }
    : { ...all, canPublishSources: canPublishSources.length === sources.length ? [] : canPublishSources };
}

function takes({ canPublishSources }: Grants, source: Source): boolean {
  return canPublishSources.length === 0 || canPublishSources.includes(source);
}
