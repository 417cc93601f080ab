/** The element of index.html with that id; a page without it is a mistake of ours. */
export function byId<E extends Element>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page lacks #${id}.`);
}

export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.className = className;
  // Text becomes text nodes here: names and messages never become HTML.
  made.append(...content);
  return made;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

/** An icon of the sprite in index.html. Decoration: what has an icon has a label too. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(svgNamespace, 'use'));
  setIcon(svg, name);
  return svg;
}

export function setIcon(within: Element, name: string): void {
  within.querySelector('use')?.setAttribute('href', `#icon-${name}`);
}

/** What a button does, for eyes and for screen readers. */
export function label(button: HTMLElement, text: string): void {
  button.title = text;
  button.setAttribute('aria-label', text);
}
