const qualities =
  'amber brave brisk calm clear clever cosy crisp dapper eager early fair fancy gentle glad golden green happy honest jolly keen kind light lively lucky mellow merry mild neat noble nimble polite proud quick quiet ready silver sunny swift tidy vivid warm wise witty'.split(
    ' ',
  );
const beings =
  'badger bear beaver bison crane curlew dolphin dove eagle falcon ferret finch fox gecko goose hare hawk hedgehog heron ibex jay koala lark lemur lynx magpie marten mole moose otter owl panda pelican plover puffin quail rabbit raven robin seal sparrow squirrel stork swan tern thrush toad turtle weasel wren'.split(
    ' ',
  );
/** Without those that look like another one. */
const characters = '23456789abcdefghjkmnpqrstuvwxyz'.split('');
/** With the words about 40 bits. A stranger that tries a thousand names a second needs weeks to hit one of a thousand rooms. */
const codeLength = 6;

/** The name of a new room that nobody guesses, such as `quiet-otter-7f3k2m`. */
export function newRoomName(): string {
  const code = Array.from({ length: codeLength }, () => oneOf(characters));
  return `${oneOf(qualities)}-${oneOf(beings)}-${code.join('')}`;
}

/** For a user whose name is taken: `Ana 2`, after that `Ana 3`. @param most the longest name, in UTF-16 units */
export function nextName(name: string, most: number): string {
  const [, base = name, number = '1'] = /^(.*\S)\s+(\d{1,3})$/.exec(name) ?? [];
  const end = ` ${Number(number) + 1}`;
  return `${base.slice(0, most - end.length).trimEnd()}${end}`;
}

function oneOf(list: readonly string[]): string {
  const fair = 256 - (256 % list.length);
  for (;;) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    // The rest would make the first ones likelier.
    if (byte < fair) return list[byte % list.length] ?? '';
  }
}
