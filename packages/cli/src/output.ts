/** Progress and complaints go to standard error, results to standard output, so that results can be piped. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function result(value: unknown, asJson: boolean, human: () => string): void {
  process.stdout.write(asJson ? `${JSON.stringify(value)}\n` : `${human()}\n`)
}

/** Prints what went wrong, in one line a cause, and sets the exit status. */
export function fail(error: unknown): void {
  for (let cause = error, depth = 0; cause !== undefined && depth < 4; depth++) {
    process.stderr.write(
      `${depth === 0 ? 'voxkeep: ' : '  because: '}${cause instanceof Error ? cause.message : JSON.stringify(cause)}\n`,
    )
    cause = cause instanceof Error ? cause.cause : undefined
  }
  process.exitCode = 1
}

/** A table with aligned columns; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
