import { arrange } from './layout.js';
import type { Tile } from './tile.js';

/** The grid of tiles: as large as fits, never scrolling. */
export class Stage {
  readonly #list: HTMLElement;
  readonly #frame: HTMLElement;
  readonly #tiles = new Map<string, Tile>();

  constructor(frame: HTMLElement, list: HTMLElement) {
    this.#frame = frame;
    this.#list = list;
    new ResizeObserver(() => {
      this.#arrange();
    }).observe(frame);
  }

  get tiles(): ReadonlyMap<string, Tile> {
    return this.#tiles;
  }

  add(key: string, tile: Tile): void {
    this.remove(key);
    this.#tiles.set(key, tile);
    this.#list.append(tile.element);
    this.#arrange();
  }

  remove(key: string): void {
    this.#tiles.get(key)?.close();
    this.#tiles.delete(key);
    this.#arrange();
  }

  clear(): void {
    for (const key of [...this.#tiles.keys()]) this.remove(key);
  }

  #arrange(): void {
    const style = getComputedStyle(this.#frame);
    const width = this.#frame.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const height = this.#frame.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    const gap = parseFloat(getComputedStyle(this.#list).columnGap) || 0;
    const { columns, tile } = arrange(this.#tiles.size, { width, height }, gap);
    this.#list.style.setProperty('--tile-width', `${tile.width}px`);
    this.#list.style.setProperty('--tile-height', `${tile.height}px`);
    // Flowing rows could otherwise take one tile more than was reckoned with.
    this.#list.style.maxWidth = `${columns * tile.width + (columns - 1) * gap}px`;
  }
}
