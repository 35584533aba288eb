import { z } from 'zod'

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

const audioUrl = z
  .string()
  .max(2_048)
  .describe(
    'HTTPS address of a WAV file (PCM, µ-law or A-law), absolute or relative to the webhook; at most 8 MiB',
  )

const play = z
  .strictObject({ type: z.literal('play'), url: audioUrl, loop: z.int().min(1).max(100).default(1) })
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
    'Collect keys, then ask the app what to do with a `call.gathered` webhook. For secrets such as card numbers this is the wrong command: the app sees the digits.',
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

const hangup = z.strictObject({ type: z.literal('hangup') }).describe('End the call.')

export const callCommand = z.discriminatedUnion('type', [
  answer,
  reject,
  play,
  gather,
  record,
  stream,
  waitFor,
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
      return true
    case 'stream':
      return command.action === 'stop' || command.direction !== 'both'
    case 'reject':
    case 'play':
    case 'gather':
    case 'wait':
      return false
  }
}
