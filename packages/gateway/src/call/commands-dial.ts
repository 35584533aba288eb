import { z } from 'zod'
import { action, actionMethod, actionUrl, events } from './command-parts.ts'

const sipOrNumber = /^(?:\+?[0-9][0-9 ().-]{0,38}|sips?:[^\s<>"]{1,250})$/
/** Where a call may go: a number in any spelling of E.164, or a `sip:` address. Whether it may is the guard's to say. */
export const dialAddress = z
  .string()
  .regex(sipOrNumber, 'a number such as +12125550100, or a sip: address')
  .describe('A number (E.164, `+1 212 555 0100`) or a `sip:` address that the app’s `dialing` allows')
export const ringTimeoutMs = z.int().min(1_000).max(180_000).default(30_000).describe('How long it may ring')
const callerId = dialAddress.optional().describe('Caller ID to show; default: the app’s first')
const ring = z
  .enum(['ringback', 'early', 'music'])
  .default('early')
  .describe(
    'What the caller hears meanwhile: `early` the other side’s own tones where it sends some and else a ringback tone, `ringback` always that, `music` the app’s hold music',
  )

export const dial = z
  .strictObject({
    type: z.literal('dial'),
    to: z.union([dialAddress, z.array(dialAddress).min(1).max(10)]),
    strategy: z
      .enum(['sequential', 'simultaneous'])
      .default('sequential')
      .describe('Of several: one after the other, or all at once; the first to answer has the call'),
    from: callerId,
    ring_timeout_ms: ringTimeoutMs,
    ring,
    time_limit_ms: z.int().min(1_000).max(14_400_000).optional().describe('The longest that they may talk'),
    hangup_on_star: z.boolean().default(false).describe('The caller’s `*` ends the other leg'),
    answer_on_bridge: z
      .boolean()
      .default(false)
      .describe(
        'Answer the caller only when somebody who is dialled answers. Until then they hear their own ringing, or with `early` the other side’s tones and with `music` the app’s (183); if nobody answers they can still be refused with `reject`',
      ),
    send_digits: z
      .string()
      .regex(/^[0-9A-Da-d*#wW]{1,64}$/)
      .optional()
      .describe('Pressed as soon as somebody answered, before they are connected'),
    headers: z
      .record(z.string().regex(/^X-[A-Za-z0-9-]{1,60}$/i), z.string().regex(/^[\x20-\x7e]{0,256}$/))
      .refine((headers) => Object.keys(headers).length <= 10, 'at most 10')
      .default({})
      .describe('Headers for whoever is dialled at a `sip:` address; none go to a number'),
    whisper_url: actionUrl
      .optional()
      .describe(
        'Asked, with `call.whisper`, what whoever answers hears first: `say`, `play`, `wait`, `gather` (any key connects), `hangup`',
      ),
    whisper_method: actionMethod,
    record: z
      .boolean()
      .default(false)
      .describe('Record from the answer on, until they are not connected any more'),
    record_events: events.optional().describe('Where what becomes of that recording is told'),
    events: events.optional(),
    ...action,
  })
  .describe(
    'Call somebody and connect the caller, until either hangs up; then ask the app what to do with a `call.dialed` webhook.',
  )

export const hold = z
  .strictObject({ type: z.literal('hold') })
  .describe(
    'Put the caller on hold: they hear the app’s hold music, and whoever they talk with hears nothing.',
  )
export const unhold = z
  .strictObject({ type: z.literal('unhold') })
  .describe('Take the caller back from hold.')

export const consult = z
  .strictObject({
    type: z.literal('consult'),
    action: z.enum(['start', 'cancel']).default('start'),
    to: dialAddress.optional(),
    from: callerId,
    ring_timeout_ms: ringTimeoutMs,
  })
  .refine((command) => command.action === 'cancel' || command.to !== undefined, {
    error: 'consult needs a to',
    path: ['to'],
  })
  .describe(
    'While a `dial` is connected: put the caller on hold and let the other side talk with somebody first. `transfer` with `complete` or a hang-up of the other side hands the caller over, `cancel` goes back.',
  )

export const transfer = z
  .strictObject({
    type: z.literal('transfer'),
    action: z.enum(['start', 'complete']).default('start'),
    mode: z
      .enum(['blind', 'refer'])
      .default('blind')
      .describe(
        '`blind`: we call the target and stay in between. `refer`: the caller’s side is asked to call it (REFER), and we are out',
      ),
    to: dialAddress.optional(),
    from: callerId,
    ring_timeout_ms: ringTimeoutMs,
    ring,
    ...action,
  })
  .refine((command) => command.action === 'complete' || command.to !== undefined, {
    error: 'transfer needs a to',
    path: ['to'],
  })
  .describe(
    'Hand the caller over to somebody else, whom the app’s `dialing.transfers` must name. `complete` ends a `consult` that way. When it fails the app is asked with a `call.dialed` webhook.',
  )
