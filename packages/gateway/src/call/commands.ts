import { z } from 'zod'
import { consent } from './commands-consent.ts'
import { audioUrl } from './command-parts.ts'
import { collect, pay } from './commands-collect.ts'
import { redact, transcribe } from './commands-words.ts'

/**
 * What an app can ask of a call: in the answer to a decision webhook, or in mid-call by REST. Commands run in order. Those that
 * need audio answer the call first if nobody has. When the list is done the call ends, unless it ends in `wait`.
 */
const answer = z
  .strictObject({ type: z.literal('answer') })
  .describe('Answer the call (200 OK). Implied by every command that needs audio.')

const reject = z
  .strictObject({
    type: z.literal('reject'),
    status: z
      .union([z.literal(403), z.literal(404), z.literal(480), z.literal(486), z.literal(603)])
      .default(486),
  })
  .describe('Refuse the call without answering it.')

const play = z
  .strictObject({
    type: z.literal('play'),
    url: audioUrl,
    loop: z.int().min(1).max(100).default(1),
    early: z
      .boolean()
      .default(false)
      .describe(
        'Do not answer for it: a call that nobody answered yet hears it as early media (183). Skipped when the INVITE brought no offer',
      ),
  })
  .describe('Play a WAV file to the caller, then go on.')

const gather = z
  .strictObject({
    type: z.literal('gather'),
    num_digits: z.int().min(1).max(64).optional(),
    finish_on_key: z.enum(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', '']).default('#'),
    timeout_ms: z
      .int()
      .min(500)
      .max(120_000)
      .default(5_000)
      .describe('How long to wait for the first or the next key'),
    prompt_url: audioUrl.optional().describe('Played while waiting; the first key stops it'),
  })
  .describe(
    'Collect keys, then ask the app what to do with a `call.gathered` webhook. The app sees the digits: for secrets such as card numbers there is `collect`.',
  )

const record = z
  .strictObject({
    type: z.literal('record'),
    action: z.enum(['start', 'pause', 'resume', 'stop']).default('start'),
  })
  .describe('Record both sides, sealed as it is written. While paused both channels are silence.')

const stream = z
  .strictObject({
    type: z.literal('stream'),
    action: z.enum(['start', 'stop']).default('start'),
    url: z
      .string()
      .max(2_048)
      .optional()
      .describe('`wss:` address, absolute or relative to the webhook, without a query'),
    direction: z
      .enum(['both', 'inbound', 'outbound', 'both_tracks'])
      .default('both')
      .describe(
        '`both` talks with the app and waits until the app closes; the others are forks that the app only hears',
      ),
    parameters: z.record(z.string().max(256), z.string().max(500)).default({}),
  })
  .refine((command) => command.action === 'stop' || command.url !== undefined, {
    error: 'stream needs a url',
    path: ['url'],
  })
  .describe('Carry audio to and from the app over a TLS WebSocket.')

const waitFor = z
  .strictObject({ type: z.literal('wait'), ms: z.int().min(0).max(14_400_000).optional() })
  .describe('Do nothing for `ms`; without it, until new commands come or the caller leaves.')

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

const dial = z
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
  })
  .describe(
    'Call somebody and connect the caller, until either hangs up; then ask the app what to do with a `call.dialed` webhook.',
  )

const hold = z
  .strictObject({ type: z.literal('hold') })
  .describe(
    'Put the caller on hold: they hear the app’s hold music, and whoever they talk with hears nothing.',
  )
const unhold = z.strictObject({ type: z.literal('unhold') }).describe('Take the caller back from hold.')

const consult = z
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

const transfer = z
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
  })
  .refine((command) => command.action === 'complete' || command.to !== undefined, {
    error: 'transfer needs a to',
    path: ['to'],
  })
  .describe(
    'Hand the caller over to somebody else, whom the app’s `dialing.transfers` must name. `complete` ends a `consult` that way. When it fails the app is asked with a `call.dialed` webhook.',
  )

const hangup = z.strictObject({ type: z.literal('hangup') }).describe('End the call.')

export const callCommand = z.discriminatedUnion('type', [
  answer,
  reject,
  play,
  gather,
  collect,
  pay,
  record,
  stream,
  waitFor,
  dial,
  hold,
  unhold,
  consult,
  transfer,
  consent,
  transcribe,
  redact,
  hangup,
])
export type CallCommand = z.output<typeof callCommand>

const maxCommands = 50
/** A list of commands, as an app gives it. */
export const callCommands = z.array(callCommand).max(maxCommands)

/** An app's answer to a decision webhook: `{actions: […]}`, or the bare list. Faults are told by their place in `actions`. */
export const decisionAnswer = z
  .preprocess(
    (answer) => (Array.isArray(answer) ? { actions: answer as unknown } : answer),
    z.object({ actions: callCommands }),
  )
  .transform((answer) => answer.actions)

/** Commands that take effect beside whatever the call is doing; any other list replaces it. */
export function isImmediate(command: CallCommand): boolean {
  switch (command.type) {
    case 'record':
    case 'hangup':
    case 'answer':
    case 'hold':
    case 'unhold':
    case 'consult':
    case 'collect':
    case 'pay':
    case 'transcribe':
    case 'redact':
      return true
    case 'transfer':
      return command.action === 'complete'
    case 'consent':
      return command.action !== 'ask'
    case 'stream':
      return command.action === 'stop' || command.direction !== 'both'
    case 'reject':
    case 'play':
    case 'gather':
    case 'wait':
    case 'dial':
      return false
  }
}
