export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Arrangement {
  readonly columns: number;
  readonly tile: Size;
}

/** Pictures are as wide as a camera's and are cropped to the tile: a little on a wide stage, to upright on an upright one. */
const widest = 16 / 9;
const narrowestOnWide = 6 / 5;
const narrowestOnUpright = 3 / 4;

/** How `count` tiles fill the stage best without scrolling: the number of columns that gives the largest tiles. Sizes in CSS pixels. */
export function arrange(count: number, stage: Size, gap: number): Arrangement {
  let best: Arrangement = { columns: 1, tile: { width: 0, height: 0 } };
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
