import { z } from 'zod'

export const audioUrl = z
  .string()
  .max(2_048)
  .describe(
    'HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; at most 8 MiB',
  )
