import { VoxkeepApiError } from '@voxkeep/sdk'

/** Progress and complaints go to standard error, results to standard output, so that results can be piped. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function result(value: unknown, asJson: boolean, human: () => string): void {
  process.stdout.write(asJson ? `${JSON.stringify(value)}\n` : `${human()}\n`)
}

/** Prints what went wrong, in one line a cause, and sets the exit status. */
export function fail(error: unknown): void {
  for (const line of complaint(error)) process.stderr.write(`${line}\n`)
  process.exitCode = 1
}

export function complaint(error: unknown): readonly string[] {
  const lines: string[] = []
  for (let cause = error; cause !== undefined && lines.length < 4;) {
    const lead = lines.length === 0 ? 'voxkeep: ' : '  because: '
    lines.push(
      `${lead}${cause instanceof Error ? `${cause.message}${refusalOf(cause)}` : JSON.stringify(cause)}`,
    )
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return lines
}

/** What the gateway said of a request that it refused. */
function refusalOf(error: Error): string {
  if (!(error instanceof VoxkeepApiError)) return ''
  const { detail, why } = error
  return `${detail === undefined ? '' : `: ${detail}`}${why === undefined ? '' : ` (${why})`}`
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
