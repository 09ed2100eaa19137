/** Annotated CSV, in which Flux answers: tables with the types and the grouping of their columns. */

export interface FluxTable {
  columns: string[];
  /** By column, e.g. `double`, `dateTime:RFC3339`. */
  types: string[];
  /** By column: whether all rows of a table share its value. */
  grouped: boolean[];
  /** Rows with empty cells replaced by the column's default. */
  rows: string[][];
}

/** The tables, or undefined when the text is not annotated CSV. No text is no tables. */
export function parseAnnotatedCsv(text: string): FluxTable[] | undefined {
  const tables: FluxTable[] = [];
  let annotations: Record<string, string[]> = {};
  let table: FluxTable | undefined;
  for (const row of parseCsv(text)) {
    const [first = '', ...cells] = row;
    if (cells.length === 0 && first === '') continue;
    if (first.startsWith('#')) {
      // Annotations begin a table; a header follows them.
      if (table) annotations = {};
      table = undefined;
      annotations[first.slice(1)] = cells;
    } else if (table) {
      if (cells.length !== table.columns.length) return undefined;
      table.rows.push(cells.map((cell, index) => cell || (annotations['default']?.[index] ?? '')));
    } else {
      table = begin(cells, annotations);
      if (!table) return undefined;
      tables.push(table);
    }
  }
  return tables;
}

function begin(columns: string[], annotations: Record<string, string[]>): FluxTable | undefined {
  const { datatype, group } = annotations;
  if (datatype?.length !== columns.length || group?.length !== columns.length) return undefined;
  return { columns, types: datatype, grouped: group.map((cell) => cell === 'true'), rows: [] };
}

/** RFC 4180: cells in quotes may hold commas, line breaks and doubled quotes. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cells = text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|\r|$)/g);
  for (const [whole, cell = '', end = ''] of cells) {
    if (whole === '' && row.length === 0) continue;
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
