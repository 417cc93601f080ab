import { z } from 'zod';

/** As Helm fills in the few things that the chart uses; anything else is left, and is no YAML. The release is called atrium. */
export function rendered(template: string, values: Readonly<Record<string, unknown>>): string {
  const valueOf = (name: string): unknown => {
    if (!(name in values)) throw new Error(`no ${name} in values.yaml`);
    return values[name];
  };
  const entries = Object.entries(z.record(z.string(), z.unknown()).parse(values.env));
  return template
    .replace(
      /^ *\{\{- range \$name, \$value := \.Values\.env \}\}\n([^]*?)^ *\{\{- end \}\}\n/m,
      (_all, body: string) =>
        entries
          .map(([name, value]) =>
            body.replace('{{ $name }}', name).replace('{{ $value | quote }}', JSON.stringify(String(value))),
          )
          .join(''),
    )
    .replace(/^ *\{\{- if \.Values\.(\w+) \}\}\n([^]*?)^ *\{\{- end \}\}\n/gm, (_all, name: string, body: string) =>
      valueOf(name) === '' ? '' : body,
    )
    .replaceAll('{{ .Release.Name }}', 'atrium')
    .replaceAll('{{ .Release.Name | quote }}', '"atrium"')
    .replace(/\{\{ \.Values\.(\w+) \| quote \}\}/g, (_all, name: string) => JSON.stringify(String(valueOf(name))))
    .replace(/\{\{ toJson \.Values\.(\w+) \}\}/g, (_all, name: string) => JSON.stringify(valueOf(name)))
    .replace(/\{\{ (add|mul) \.Values\.(\w+) (\d+) \}\}/g, (_all, operation: string, name: string, number: string) => {
      const [one, other] = [Number(valueOf(name)), Number(number)];
      return String(operation === 'add' ? one + other : one * other);
    })
    .replace(/\{\{ \.Values\.(\w+) \}\}/g, (_all, name: string) => String(valueOf(name)));
}
