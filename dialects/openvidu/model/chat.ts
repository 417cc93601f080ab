/**
 * The text that people of other protocols see of chat: `message` where the data is a JSON object with such a text, as the component library
 * sends it; else the data itself. Undefined: there is nothing to see.
 */
export function textOfChat(data: string): string | undefined {
  const text = messageIn(data) ?? data;
  return text === '' ? undefined : text;
}

function messageIn(data: string): string | undefined {
  if (!data.startsWith('{')) return undefined;
  try {
    const given: unknown = JSON.parse(data);
    const message: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, 'message') : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
