import { z } from 'zod'
import { maxMarkNameLength } from './wire-json.ts'

/** The text messages of `voxkeep.media.v1`. `spec/media-v1.schema.json` is made from these. */

const count = z.int().min(0)
const seq = count.describe('Counts all that is sent this way, audio frames among it, from 1; 0: not counted')
const t_ms = count.describe('How far the call’s audio has come, in milliseconds from the start of the stream')
const toApp = { seq, t_ms }
const name = z.string().max(maxMarkNameLength)
const id = z.string().max(128).describe('Chosen by the app')
const track = z.enum(['inbound', 'outbound'])

const start = z
  .object({
    type: z.literal('session.start'),
    ...toApp,
    stream_id: z.string(),
    call_id: z.string(),
    leg_id: z.string(),
    account_id: z.string(),
    direction: z.enum(['inbound', 'outbound']).describe('Who called: `inbound` somebody called us'),
    from: z.string(),
    to: z.string(),
    identity: z
      .looseObject({})
      .optional()
      .describe('What came of the caller’s signature (STIR/SHAKEN), as in `call.incoming`'),
    transport: z.object({
      sip_tls: z.string().nullable(),
      sip_cipher: z.string().nullable(),
      srtp: z.string().nullable().describe('The SRTP suite of the leg'),
    }),
    media: z.object({
      encoding: z
        .enum(['audio/pcmu', 'audio/pcma', 'audio/l16'])
        .describe('`audio/l16`: 16-bit samples, little-endian'),
      rate: z.union([z.literal(8_000), z.literal(16_000), z.literal(24_000)]),
      source_rate: z
        .union([z.literal(8_000), z.literal(16_000)])
        .describe(
          'What the caller’s codec brings to this stream now: at 8000 a higher `rate` has no more in it than the telephone’s band. Audio that is masked, withheld or judged first is at 8000 whatever stands here',
        ),
      channels: z.literal(1),
      frame_ms: z.int(),
      framing: z.enum(['frames', 'raw']).describe('`raw`: binary messages are audio alone, with no header'),
      tracks: z.array(track),
      talks: z.boolean().describe('Whether what the app sends is played; a fork only hears'),
    }),
    parameters: z.record(z.string(), z.string()).describe('As the `stream` command gave them'),
    privacy: z.object({ state: z.enum(['open', 'secure_capture_started']) }),
    token: z
      .string()
      .optional()
      .describe('As the `stream` command’s `options.token` gave it; not when a session is resumed'),
    resume: z
      .object({
        id: z.string().describe('Known to the app of this stream alone'),
        window_ms: count,
        resumed: z
          .boolean()
          .describe('The session goes on from a connection that broke: answer with `resume`'),
        last_seq: count.describe('The highest `seq` that came from the app'),
      })
      .optional(),
  })
  .describe('First on each connection')

export const mediaToApp = z.discriminatedUnion('type', [
  start,
  z.object({
    type: z.literal('dtmf'),
    ...toApp,
    digit: z.string().regex(/^[0-9A-D*#]$/),
    duration_ms: count,
    masked: z.literal(false).describe('Keys that are secret are not told at all'),
  }),
  z
    .object({
      type: z.literal('mark'),
      ...toApp,
      name,
      state: z.enum(['played', 'cleared']),
      played_ms: count.describe('How much of what the app sent was played by now, all in all'),
    })
    .describe('What was sent before the mark was played, or thrown away'),
  z.object({ type: z.literal('cleared'), ...toApp, id, dropped_ms: count }),
  z
    .object({
      type: z.literal('playback'),
      ...toApp,
      state: z.enum(['ok', 'high', 'drained']),
      buffered_ms: count,
    })
    .describe(
      'How much waits to be played: `high` is more than `high_ms`, `ok` half of that again, `drained` nothing',
    ),
  z
    .object({
      type: z.literal('privacy'),
      ...toApp,
      state: z.enum(['secure_capture_started', 'secure_capture_ended', 'audio_held', 'audio_overwritten']),
      reason: z
        .string()
        .describe(
          '`audio-withheld`: silence is sent meanwhile; `keys-withheld`: speech without keys. Of what was overwritten: what was found there, or `unjudged`',
        ),
      track: track.optional(),
      from_ms: count.optional(),
      to_ms: count.optional(),
    })
    .describe(
      'Keys are secret from here on, or no longer; audio comes late, once it was judged (`audio_held`); a stretch of it is silence or a tone (`audio_overwritten`)',
    ),
  z
    .object({
      type: z.literal('gap'),
      ...toApp,
      track,
      from_ms: count,
      to_ms: count,
      cause: z
        .enum(['lost', 'app-slow', 'resume'])
        .describe(
          'Lost on its way to us; dropped because the app reads too slowly; more than is kept for a resume',
        ),
    })
    .describe('Audio of this time is missing'),
  z.object({ type: z.literal('warning'), ...toApp, code: z.string() }).describe('At most once a second each'),
  z
    .object({
      type: z.literal('ack'),
      ...toApp,
      id,
      status: z.enum(['accepted', 'refused']),
      code: z.enum(['not-understood', 'not-allowed', 'too-many', 'call-ended']).optional(),
      faults: z.array(z.object({ at: z.string(), message: z.string() })).optional(),
    })
    .describe('Of a `command`: `accepted` before it is done'),
  z
    .object({
      type: z.literal('error'),
      ...toApp,
      code: z.string(),
      title: z.string(),
      status: z.int(),
    })
    .describe('A message of the app was not understood, and ignored'),
  z
    .object({
      type: z.literal('session.stop'),
      ...toApp,
      reason: z.string(),
      duration_ms: count,
      stats: z.object({ messages_sent: count, audio_sent_ms: count, audio_received_ms: count }),
    })
    .describe('Last'),
])
export type MediaToApp = z.output<typeof mediaToApp>

const fromAppSeq = seq.default(0)
export const maxCommandBytes = 64 * 1_024 // as a request to the API may have

export const mediaFromApp = z.discriminatedUnion('type', [
  z
    .object({ type: z.literal('mark'), seq: fromAppSeq, name })
    .describe('Told back when what was sent before it was played, or thrown away'),
  z
    .object({ type: z.literal('clear'), seq: fromAppSeq, id: id.default('') })
    .describe('Throws away what waits to be played; answered with the marks in it, then `cleared`'),
  z
    .object({
      type: z.literal('command'),
      seq: fromAppSeq,
      id,
      commands: z
        .array(z.looseObject({ type: z.string() }))
        .min(1)
        .max(50),
    })
    .describe('Commands for the call, as with `POST /v1/calls/{id}/commands`; answered with `ack`'),
  z
    .object({
      type: z.literal('resume'),
      seq: fromAppSeq,
      resume_id: z.string().max(128),
      last_seq: z.int().min(-1).describe('The highest `seq` that came from the gateway; 0 or −1: none'),
    })
    .describe(
      'The answer to a `session.start` that is `resumed`: what was sent after `last_seq` is sent again',
    ),
])
export type MediaFromApp = z.output<typeof mediaFromApp>
