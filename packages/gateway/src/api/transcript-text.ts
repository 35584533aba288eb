import { z } from 'zod'

const ms = z.int().min(0)
const placed = { party: z.enum(['caller', 'agent']), from_ms: ms, to_ms: ms }

/** One thing that somebody said, or a stretch of which nobody knows what was said. */
export const transcriptLine = z
  .object({
    ...placed,
    text: z
      .string()
      .nullable()
      .describe('With a placeholder such as `[CARD]` for what was taken out; null where nobody heard it'),
    why: z.string().optional().describe('Why there is no text'),
    words: z.array(z.object({ text: z.string(), from_ms: ms, to_ms: ms })).optional(),
    findings: z
      .array(
        z.object({
          type: z.string(),
          detail: z.string().optional(),
          from_ms: ms,
          to_ms: ms,
          confidence: z.number(),
        }),
      )
      .optional()
      .describe('What was taken out, and when it was said'),
  })
  .meta({ id: 'TranscriptLine' })
export type TranscriptLine = z.output<typeof transcriptLine>

/** A line for each thing said: its time, who said it, and what. */
export function plainText(lines: readonly TranscriptLine[]): string {
  return lines.map((line) => `${clock(line.from_ms).slice(0, 8)} ${line.party}: ${saidIn(line)}\n`).join('')
}

/** WebVTT, which players show beside the audio. */
export function webVtt(lines: readonly TranscriptLine[]): string {
  const cues = lines.map((line) => {
    // A cue that ends where it begins is none.
    const to = Math.max(line.to_ms, line.from_ms + 1)
    return `${clock(line.from_ms)} --> ${clock(to)}\n<v ${line.party}>${escaped(saidIn(line))}\n`
  })
  return ['WEBVTT\n', ...cues].join('\n')
}

function saidIn({ text }: TranscriptLine): string {
  return (text ?? '[UNHEARD]').replaceAll(/\s+/g, ' ')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** `00:01:02.345`. */
function clock(milliseconds: number): string {
  const [hours, minutes, seconds] = [3_600_000, 60_000, 1_000].map(
    (unit, at) => Math.floor(milliseconds / unit) % (at === 0 ? 1_000 : 60),
  )
  const two = (value: number | undefined) => String(value ?? 0).padStart(2, '0')
  return `${two(hours)}:${two(minutes)}:${two(seconds)}.${String(milliseconds % 1_000).padStart(3, '0')}`
}
