/** As Compose fills in a value of a file: `${NAME:-otherwise}`, and `${NAME:?what is missing}`. @throws when what must be set is not */
export function filledIn(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name: string, kind = '-', rest = '') => {
    const value = variables.get(name) ?? '';
    if (value === '' && kind === '?') throw new Error(`${name} is not set: ${String(rest)}`);
    return value === '' ? String(rest) : value;
  });
}
