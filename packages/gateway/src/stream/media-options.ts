import { z } from 'zod'
import type { WireChoice } from '#kernel'

/** Settings of `voxkeep.media.v1`, in a `stream` command's `options`. */
export const mediaOptions = z
  .strictObject({
    encoding: z
      .enum(['pcmu', 'pcma', 'l16'])
      .default('pcmu')
      .describe('`l16`: 16-bit samples, little-endian'),
    rate: z
      .union([z.literal(8_000), z.literal(16_000), z.literal(24_000)])
      .default(8_000)
      .describe(
        'Beyond 8000 with `l16` alone; resampled from what the phone’s codec has, which `media.source_rate` tells',
      ),
    frame_ms: z
      .union([z.literal(20), z.literal(40), z.literal(60), z.literal(80), z.literal(100)])
      .default(20),
    framing: z
      .enum(['frames', 'raw'])
      .default('frames')
      .describe('`raw`: audio without headers, and no `resume`'),
    resume_ms: z
      .int()
      .min(0)
      .max(60_000)
      .default(10_000)
      .describe('How long an app may be away before its stream is lost; 0: not at all'),
    high_ms: z
      .int()
      .min(1_000)
      .max(600_000)
      .default(30_000)
      .describe('More audio that waits to be played than this is told as `playback: high`'),
    token: z
      .string()
      .max(512)
      .optional()
      .describe('Told back in `session.start`, so that the app knows whose stream it is'),
  })
  .refine(({ encoding, rate }) => encoding === 'l16' || rate === 8_000, 'G.711 is at 8000 alone')
export type MediaOptions = z.output<typeof mediaOptions>

/** What is wrong with them; undefined: nothing. */
export function mediaFault(options: WireChoice['options']): string | undefined {
  const parsed = mediaOptions.safeParse(options)
  return parsed.success ? undefined : (parsed.error.issues[0]?.message ?? 'not understood')
}
