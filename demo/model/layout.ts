/** In CSS pixels, as everything here. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** What the user has chosen. `auto`: two fill the stage, more share it, and a shared screen takes it. */
export type LayoutChoice = 'auto' | 'grid' | 'speaker';

export type Corner = 'top left' | 'top right' | 'bottom left' | 'bottom right';

/** What the layout needs to know of a picture. */
export interface Framed {
  readonly own: boolean;
  readonly isScreen: boolean;
  /** Width by height of what is sent. Undefined: not known yet. */
  readonly aspect: number | undefined;
}

export interface Wish<P> {
  readonly choice: LayoutChoice;
  /** Shown large until the user unpins it. */
  readonly pinned?: P | undefined;
  /** Shown large in the speaker view. */
  readonly speaker?: P | undefined;
  readonly page: number;
  /** Where one's own picture lies in a call of two. */
  readonly corner: Corner;
}

export interface Place<P> {
  readonly picture: P;
  /** `inset`: a small one that lies on the large one. */
  readonly role: 'main' | 'tile' | 'strip' | 'inset';
  readonly box: Box;
  /** `contain`: nothing of the picture is cut off. */
  readonly fit: 'cover' | 'contain';
}

export interface Arrangement<P> {
  readonly places: readonly Place<P>[];
  /** The cell at the end of a strip that leads to the pictures that have no place in it. */
  readonly more: { readonly box: Box; readonly count: number } | undefined;
  /** From 0. */
  readonly page: number;
  readonly pages: number;
  /** How many pictures a page has room for, beside a large one. */
  readonly seats: number;
  /** Where the buttons for the pages of a grid lie. */
  readonly pager: Box | undefined;
}

/** Pictures are as wide as a camera's and are cropped to the tile: a little on a wide stage, to upright on an upright one. */
const widest = 16 / 9;
const narrowestOnWide = 6 / 5;
const narrowestOnUpright = 3 / 5;
/** A large picture is cropped to the stage, unless less than this share of it would be seen. */
const leastSeen = 0.28;
/** A stage that is smaller in one direction is a phone's. */
const smallPx = 500;
const lowPx = 420;
const pagerPx = 44;
const onePage = { more: undefined, page: 0, pages: 1, seats: Infinity, pager: undefined } as const;

/**
 * Where each picture lies on a stage of this size, without scrolling. Pictures without a place are on another page.
 * @param pictures in the order of their importance. One's own comes last on the first page, wherever it stands
 */
export function arrange<P extends Framed>(pictures: readonly P[], stage: Size, wish: Wish<P>): Arrangement<P> {
  const gap = isSmall(stage) ? 8 : 12;
  const main = mainOf(pictures, wish);
  if (!main) return grid(pictures, stage, gap, wish.page);
  const others = pictures.filter((each) => each !== main);
  const [other] = others;
  if (!other) return { ...onePage, places: [large(main, whole(stage), wish)] };
  const isPair = others.length === 1 && !main.isScreen && !other.isScreen;
  return isPair ? pair(main, other, stage, gap, wish) : spotlight(main, others, stage, gap, wish);
}

/** How many pictures the first page of a grid has at most. */
export function perPage(stage: Size): number {
  return isSmall(stage) ? 6 : 9;
}

/** The picture that the others make room for. Undefined: all are equal. */
function mainOf<P extends Framed>(pictures: readonly P[], { choice, pinned, speaker }: Wish<P>): P | undefined {
  if (pinned && pictures.includes(pinned)) return pinned;
  const foreign = pictures.filter(({ own }) => !own);
  if (choice !== 'grid') {
    const screen = foreign.find(({ isScreen }) => isScreen);
    if (screen) return screen;
    if (pictures.length === 2 || choice === 'speaker')
      return (speaker && foreign.includes(speaker) ? speaker : foreign[0]) ?? pictures[0];
  }
  return pictures.length === 1 ? pictures[0] : undefined;
}

function pair<P extends Framed>(main: P, other: P, stage: Size, gap: number, wish: Wish<P>): Arrangement<P> {
  const isUpright = stage.width < stage.height;
  const aspect = clamp(other.aspect ?? widest, 3 / 4, isUpright ? 1 : widest);
  const share = isUpright ? clamp(stage.width * 0.28, 88, 200) : clamp(stage.width * 0.2, 120, 260);
  const width = Math.floor(Math.min(share, stage.width * 0.4, stage.height * 0.4 * aspect));
  const height = Math.floor(width / aspect);
  const [side, end] = [stage.width - width - gap, stage.height - height - gap];
  const box: Box = {
    left: Math.max(0, wish.corner.endsWith('left') ? gap : side),
    top: Math.max(0, wish.corner.startsWith('top') ? gap : end),
    ...{ width, height },
  };
  const places: Place<P>[] = [large(main, whole(stage), wish), { picture: other, role: 'inset', box, fit: 'cover' }];
  return { ...onePage, places };
}

function spotlight<P extends Framed>(
  main: P,
  others: readonly P[],
  stage: Size,
  gap: number,
  wish: Wish<P>,
): Arrangement<P> {
  const isWide = stage.width > stage.height;
  const strip = isWide ? columnOf(stage, gap) : rowOf(stage, gap);
  const cells = Math.max(3, Math.floor((strip.length + gap) / (strip.step + gap)));
  const fits = others.length <= cells;
  const seats = fits ? cells : cells - 1;
  const { page, pages, shown } = pageOf(others, seats, wish.page);
  const taken = fits ? shown.length : cells;
  // A row is centred below the large picture. A column begins at the top, where the large picture begins.
  const from = isWide ? 0 : Math.max(0, Math.floor((strip.length - taken * (strip.step + gap) + gap) / 2));
  const cell = (index: number): Box => strip.cell(from + index * (strip.step + gap));
  return {
    ...{ page, pages, seats, pager: undefined },
    places: [
      large(main, strip.rest, wish),
      ...shown.map((picture, index) => ({ picture, role: 'strip', box: cell(index), fit: fitOf(picture) }) as const),
    ],
    more: fits ? undefined : { box: cell(cells - 1), count: others.length - shown.length },
  };
}

interface Strip {
  /** Of the whole strip, and of one cell. */
  readonly length: number;
  readonly step: number;
  readonly rest: Box;
  cell(at: number): Box;
}

function columnOf(stage: Size, gap: number): Strip {
  const width = Math.floor(Math.min(clamp(stage.width * 0.18, 120, 240), stage.width * 0.4));
  const height = Math.floor(Math.max(0, Math.min(width / widest, (stage.height - 2 * gap) / 3)));
  const left = stage.width - width;
  return {
    ...{ length: stage.height, step: height },
    rest: { left: 0, top: 0, width: Math.max(0, left - gap), height: stage.height },
    cell: (top) => ({ left, top, width, height }),
  };
}

function rowOf(stage: Size, gap: number): Strip {
  const height = Math.floor(Math.min(clamp(stage.height * 0.16, 84, 180), stage.height * 0.4));
  const width = Math.floor(Math.max(0, Math.min(height * 1.2, (stage.width - 2 * gap) / 3)));
  const top = stage.height - height;
  return {
    ...{ length: stage.width, step: width },
    rest: { left: 0, top: 0, width: stage.width, height: Math.max(0, top - gap) },
    cell: (left) => ({ left, top, width, height }),
  };
}

function grid<P extends Framed>(pictures: readonly P[], stage: Size, gap: number, wished: number): Arrangement<P> {
  const seats = perPage(stage);
  const { page, pages, shown } = pageOf(pictures, seats, wished);
  const isLow = stage.height < lowPx && stage.width > stage.height;
  const rest = pages === 1 ? stage : withoutPager(stage, isLow);
  // A page that is not full has its pictures where a full one has them.
  const count = pages === 1 ? shown.length : seats;
  const { columns, tile } = columnsFor(count, rest, gap);
  const rows = Math.ceil(count / columns);
  const top = Math.max(0, Math.floor((rest.height - rows * (tile.height + gap) + gap) / 2));
  const places = shown.map((picture, index): Place<P> => {
    const row = Math.floor(index / columns);
    // The last row may have fewer, and they are in the middle.
    const inRow = pages === 1 ? Math.min(columns, shown.length - row * columns) : columns;
    const left = Math.max(0, Math.floor((rest.width - inRow * (tile.width + gap) + gap) / 2));
    const box: Box = {
      left: left + (index % columns) * (tile.width + gap),
      top: top + row * (tile.height + gap),
      ...tile,
    };
    return { picture, role: 'tile', box, fit: fitOf(picture) };
  });
  return { places, more: undefined, page, pages, seats, pager: pages === 1 ? undefined : pagerOf(stage, isLow) };
}

function withoutPager({ width, height }: Size, isLow: boolean): Size {
  return isLow ? { width: width - pagerPx, height } : { width, height: Math.max(0, height - pagerPx) };
}

/** Below the grid, or beside it where height is what is missing. */
function pagerOf({ width, height }: Size, isLow: boolean): Box {
  return isLow
    ? { left: width - pagerPx, top: 0, width: pagerPx, height }
    : { left: 0, top: Math.max(0, height - pagerPx), width, height: Math.min(height, pagerPx) };
}

/** The number of columns that makes the tiles largest. */
function columnsFor(count: number, stage: Size, gap: number): { readonly columns: number; readonly tile: Size } {
  let best = { columns: 1, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; columns++) {
    const tile = tileSize(columns, Math.ceil(count / columns), stage, gap);
    if (tile.width * tile.height > best.tile.width * best.tile.height) best = { columns, tile };
  }
  return best;
}

function tileSize(columns: number, rows: number, stage: Size, gap: number): Size {
  const width = Math.max(0, (stage.width - gap * (columns - 1)) / columns);
  const height = Math.max(0, (stage.height - gap * (rows - 1)) / rows);
  const narrowest = stage.width > stage.height ? narrowestOnWide : narrowestOnUpright;
  return {
    width: Math.floor(Math.min(width, height * widest)),
    height: Math.floor(Math.min(height, width / narrowest)),
  };
}

/** The user sees themselves at the end of the first page. Their own screen is one picture among the others. */
function pageOf<P extends Framed>(
  pictures: readonly P[],
  size: number,
  wished: number,
): { readonly page: number; readonly pages: number; readonly shown: readonly P[] } {
  const isSelf = ({ own, isScreen }: P): boolean => own && !isScreen;
  const others = pictures.filter((each) => !isSelf(each));
  const self = pictures.filter(isSelf);
  const first = Math.max(0, size - self.length);
  const ordered = [...others.slice(0, first), ...self, ...others.slice(first)];
  const pages = Math.max(1, Math.ceil(ordered.length / Math.max(1, size)));
  const page = clamp(wished, 0, pages - 1);
  return { page, pages, shown: ordered.slice(page * size, (page + 1) * size) };
}

/** A screen, and what the user has pinned, is shown whole, in a box that has its shape. */
function large<P extends Framed>(picture: P, room: Box, { pinned }: Wish<P>): Place<P> {
  const { aspect, isScreen } = picture;
  const available = room.height === 0 ? 1 : room.width / room.height;
  const seen = aspect === undefined ? 1 : Math.min(aspect / available, available / aspect);
  const isWhole = isScreen || picture === pinned || seen < leastSeen;
  if (!isWhole || aspect === undefined) return { picture, role: 'main', box: room, fit: isWhole ? 'contain' : 'cover' };
  const width = Math.floor(Math.min(room.width, room.height * aspect));
  const height = Math.floor(Math.min(room.height, room.width / aspect));
  const box: Box = {
    left: room.left + Math.floor((room.width - width) / 2),
    top: room.top + Math.floor((room.height - height) / 2),
    ...{ width, height },
  };
  return { picture, role: 'main', box, fit: 'contain' };
}

function fitOf({ isScreen }: Framed): Place<Framed>['fit'] {
  return isScreen ? 'contain' : 'cover';
}

function whole({ width, height }: Size): Box {
  return { left: 0, top: 0, width, height };
}

function isSmall({ width, height }: Size): boolean {
  return Math.min(width, height) < smallPx;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
