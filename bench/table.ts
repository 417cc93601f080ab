/** Figures in columns, as Markdown, so that they can be kept as they are printed. */
export class Table {
  readonly #rows: (readonly string[])[];

  constructor(head: readonly string[]) {
    this.#rows = [head];
  }

  row(cells: readonly string[]): void {
    this.#rows.push(cells);
  }

  print(): void {
    const [head = []] = this.#rows;
    const widths = head.map((_, column) => Math.max(...this.#rows.map((row) => row[column]?.length ?? 0)));
    const line = (cells: readonly string[]) =>
      `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
    const [first = [], ...rest] = this.#rows;
    process.stdout.write(line(first) + line(widths.map((width) => '-'.repeat(width))) + rest.map(line).join(''));
  }
}
