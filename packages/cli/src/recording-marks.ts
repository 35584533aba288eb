import type { RecordingMark, RecordingMarks } from '@voxkeep/sdk'
import { table } from './output.ts'

/** What each kind is drawn as, the strongest last: it is drawn over the others. */
const signs = [
  ['paused', '-'],
  ['secure', '*'],
  ['unjudged', '?'],
  ['redacted', '#'],
] as const satisfies readonly (readonly [RecordingMark['kind'], string])[]

const sides = ['caller', 'agent'] as const

/** A line for each side with what was done to it, then a table of the same. */
export function drawMarks(found: RecordingMarks, columns = 80): string {
  if (found.data.length === 0) return `${found.recording_id}: nothing was overwritten or left out`
  const durationMs = Math.max(found.duration_ms ?? 0, ...found.data.map(({ to_ms }) => to_ms), 1)
  const width = Math.max(20, columns - 10)
  const lines = sides.map((side) => `${side.padEnd(8)}|${sideLine(found.data, side, durationMs, width)}|`)
  const legend = signs.map(([kind, sign]) => `${sign} ${kind}`).join('   ')
  const rows = found.data.map((mark) => [
    mark.channel,
    seconds(mark.from_ms),
    seconds(mark.to_ms),
    mark.kind,
    mark.why,
  ])
  const warning =
    found.audited === 'different'
      ? '\nThese marks are not those that the audit log vouches for: somebody altered them.'
      : ''
  return [
    `${found.recording_id}, ${seconds(durationMs)} s`,
    ...lines,
    `${' '.repeat(8)} ${legend}`,
    '',
    table([['side', 'from s', 'to s', 'what', 'why'], ...rows]) + warning,
  ].join('\n')
}

function sideLine(marks: readonly RecordingMark[], side: string, durationMs: number, width: number): string {
  const line = Array.from({ length: width }, () => ' ')
  for (const [kind, sign] of signs)
    for (const mark of marks)
      if (mark.channel === side && mark.kind === kind) {
        const first = Math.min(width - 1, Math.floor((mark.from_ms / durationMs) * width))
        const last = Math.min(width, Math.max(first + 1, Math.ceil((mark.to_ms / durationMs) * width)))
        line.fill(sign, first, last)
      }
  return line.join('')
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2)
}
