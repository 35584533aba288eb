import { z } from 'zod'

const period = z
  .string()
  .regex(
    /^(?:forever|[1-9][0-9]{0,4}[hdwy])$/,
    'a whole number and h, d, w or y, such as "30d", or "forever"',
  )

const cron = z.string().regex(/^(?:\S+ ){4}\S+$/, 'five fields of cron, such as "17 * * * *"')

/** What is kept of a call, each with a time of its own, counted from the call’s beginning. */
const kept = {
  audio: period.describe('Recordings: the sealed object and its key'),
  transcripts: period.describe('Transcripts: the sealed objects and their keys'),
  analytics: period.describe('What was worked out of content: the sealed objects and their keys'),
  numbers: period.describe('Who called whom, and what the app noted: numbers, their index, variables'),
  story: period.describe('The call’s story'),
  ladders: period.describe('The SIP messages'),
  receipts: period.describe('How the call was protected; holds no content'),
  calls: period.describe(
    'The row with times, outcome and quality. With a longer time than the others it is the archive: aggregates without content',
  ),
  deliveries: period.describe('Events that the app was sent, or could not be, and the attempts at them'),
}

/** How long what is kept. */
export const retention = z
  .strictObject({
    schedule: cron.default('17 * * * *').describe('When what is due is deleted (cron)'),
    timeZone: z.string().default('UTC').describe('Of `schedule`, such as `Europe/Berlin`'),
    labelVariable: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .default('retention')
      .describe('The call variable whose value is the call’s label'),
    keep: z
      .strictObject({
        audio: kept.audio.default('30d'),
        transcripts: kept.transcripts.default('30d'),
        analytics: kept.analytics.default('30d'),
        numbers: kept.numbers.default('30d'),
        story: kept.story.default('30d'),
        ladders: kept.ladders.default('7d'),
        receipts: kept.receipts.default('1y'),
        calls: kept.calls.default('1y'),
        deliveries: kept.deliveries.default('7d'),
      })
      .prefault({}),
    policies: z
      .array(
        z.strictObject({
          id: z
            .string()
            .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
            .describe('Named in the audit log and in plans'),
          tenants: z.array(z.string()).min(1).optional().describe('Of these tenants; default: of all'),
          label: z
            .string()
            .min(1)
            .max(100)
            .optional()
            .describe('Of calls with this label; default: whatever the label'),
          keep: z.strictObject(kept).partial().prefault({}),
          mandatory: z
            .boolean()
            .default(false)
            .describe(
              'The law wants it kept so long: it is not deleted sooner by anybody, and a data subject who asks is told so',
            ),
        }),
      )
      .default([])
      .describe(
        'Times that differ from `retention.keep`; the most specific wins: tenant and label, label, tenant',
      ),
  })
  .prefault({})
