/** What the server says in the head of the page (rest/page.ts). Undefined where it says nothing. */
export function factOf(name: 'atrium-lost' | 'atrium-elsewhere'): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
}
