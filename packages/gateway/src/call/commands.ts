import { z } from 'zod'
import { wireNames } from '#kernel'
import { consent } from './commands-consent.ts'
import {
  action,
  actionMethod,
  actionUrl,
  audioUrl,
  events,
  language,
  promptPart,
  spoken,
} from './command-parts.ts'
import { collect, pay } from './commands-collect.ts'
import { maxVariables, maxVariablesBytes, variableName, variableValue } from './call-variables.ts'
import { consult, dial, hold, transfer, unhold } from './commands-dial.ts'
import { verify } from './commands-verify.ts'
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
    prompts: z
      .array(promptPart)
      .max(20)
      .default([])
      .describe('Played, said, or waited for in this order; the first key, or the first word, stops it'),
    input: z
      .array(z.enum(['keys', 'speech']))
      .min(1)
      .default(['keys'])
      .describe('`speech` needs an engine (docs/speech.md)'),
    language: language.optional().describe('Of what is spoken'),
    hints: z.array(z.string().max(100)).max(100).default([]).describe('Words that the engine is to expect'),
    end_silence_ms: z
      .int()
      .min(300)
      .max(10_000)
      .default(1_000)
      .describe('How long nothing is said until what was said is whole'),
    max_speech_ms: z.int().min(1_000).max(120_000).default(60_000),
    barge_in: z.boolean().default(true).describe('Whether a key or a word stops the prompts'),
    on_empty: z
      .enum(['ask', 'go-on'])
      .default('ask')
      .describe('When there was no key and no word: ask all the same, or go on with the next command'),
    partials: events.optional().describe('Told what is heard so far, as `call.gather.partial`'),
    ...action,
  })
  .describe(
    'Collect keys or words, then ask the app what to do with a `call.gathered` webhook. The app sees the digits: for secrets such as card numbers there is `collect`.',
  )

const record = z
  .strictObject({
    type: z.literal('record'),
    action: z.enum(['start', 'pause', 'resume', 'stop']).default('start'),
    behavior: z
      .enum(['silence', 'skip'])
      .optional()
      .describe(
        'Of `pause`, by default `silence`: `skip` lets whoever fetches the audio leave the pause out (`pauses=skip`)',
      ),
    events: events.optional(),
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
    name: z
      .string()
      .max(100)
      .optional()
      .describe('Of a fork: what `stop` ends it by; without one `stop` ends them all'),
    wire: z.enum(wireNames).optional().describe('What is spoken over it; default: the app’s `stream.wire`'),
    options: z
      .record(z.string().max(40), z.unknown())
      .default({})
      .describe('Settings of the wire, such as `rate` and `encoding` (docs/stream.md)'),
    audio: z
      .enum(['live', 'held'])
      .default('live')
      .describe(
        '`held`: what is heard was judged first, with what was found overwritten; the privacy policy may demand it (docs/redaction.md)',
      ),
    agent: z
      .string()
      .max(63)
      .optional()
      .describe(
        'Instead of a `url`: one of the configuration’s `agents`, that is connected with no app in between',
      ),
    events: events.optional(),
    ...action,
  })
  .refine(
    (command) => command.action === 'stop' || (command.url === undefined) !== (command.agent === undefined),
    { error: 'stream needs a url or an agent', path: ['url'] },
  )
  .describe('Carry audio to and from the app over a TLS WebSocket.')

const say = z
  .strictObject({
    type: z.literal('say'),
    ...spoken,
    loop: z.int().min(1).max(100).default(1),
    early: z.boolean().default(false).describe('As with `play`'),
  })
  .describe('Say words to the caller with a voice (docs/voices.md), then go on.')

const sendDigits = z
  .strictObject({
    type: z.literal('send_digits'),
    digits: z
      .string()
      .regex(/^[0-9A-Da-d*#wW]{1,64}$/)
      .describe('Keys; `w` waits half a second, `W` a whole one'),
  })
  .describe('Press keys: RFC 4733 events where the peer takes them, else tones.')

const redirect = z
  .strictObject({ type: z.literal('redirect'), url: actionUrl, method: actionMethod })
  .describe('Ask another address what to do, with a `call.redirected` webhook.')

const message = z
  .strictObject({
    type: z.literal('message'),
    max_ms: z.int().min(1_000).max(14_400_000).default(3_600_000),
    silence_ms: z.int().min(1_000).max(60_000).default(5_000).describe('Silence that ends it'),
    finish_on_key: z
      .string()
      .regex(/^[0-9*#]{0,12}$/)
      .default('1234567890*#')
      .describe('Each of these keys ends it'),
    beep: z.boolean().default(true),
    trim: z.boolean().default(true).describe('Do not count the silence at its end in its length'),
    on_empty: z
      .enum(['ask', 'go-on'])
      .default('ask')
      .describe('When nothing was said: ask all the same, or go on with the next command'),
    events: events.optional(),
    ...action,
  })
  .describe('Record what the caller says until they stop, then ask the app with a `call.message` webhook.')

const relay = z
  .strictObject({
    type: z.literal('relay'),
    url: z
      .string()
      .max(2_048)
      .describe('`wss:` address, absolute or relative to the webhook, without a query'),
    greeting: spoken.text.optional(),
    voice: spoken.voice,
    language: language.optional(),
    languages: z
      .array(z.strictObject({ code: language, voice: z.string().max(100).optional() }))
      .max(20)
      .default([])
      .describe('Others that the app may switch to'),
    hints: z.array(z.string().max(100)).max(100).default([]),
    interruptible: z.enum(['none', 'keys', 'speech', 'any']).default('any'),
    greeting_interruptible: z.enum(['none', 'keys', 'speech', 'any']).default('any'),
    preemptible: z.boolean().default(false),
    partials: z.boolean().default(false).describe('Send what is heard before it is whole'),
    keys: z.boolean().default(true).describe('Send keys'),
    parameters: z.record(z.string().max(256), z.string().max(500)).default({}),
    ...action,
  })
  .describe(
    'Talk with the app in text alone: what the caller says goes to it as words (redacted as the app’s privacy policy says), what it answers is spoken. No audio leaves the gateway.',
  )

const set = z
  .strictObject({
    type: z.literal('set'),
    variables: z
      .record(variableName, variableValue.nullable())
      .describe(
        `At most ${maxVariables} in all, and ${maxVariablesBytes} bytes as JSON; beyond that nothing is changed`,
      ),
  })
  .describe(
    'Note something about the call, null to forget it: told with every webhook that asks, kept with the call.',
  )

const waitFor = z
  .strictObject({ type: z.literal('wait'), ms: z.int().min(0).max(14_400_000).optional() })
  .describe('Do nothing for `ms`; without it, until new commands come or the caller leaves.')

const hangupCall = z.strictObject({ type: z.literal('hangup') })
const hangup = hangupCall
  .extend({
    leg_id: z
      .string()
      .regex(/^leg_[0-9a-f]{32}$/)
      .optional()
      .describe(
        'Of somebody whom a `dial` called (`leg_id` of its events): ends that leg alone, ringing or connected, and the call goes on',
      ),
  })
  .describe('End the call, or one leg that it dialled.')

export const callCommand = z
  .discriminatedUnion('type', [
    answer,
    reject,
    play,
    say,
    sendDigits,
    gather,
    collect,
    pay,
    record,
    message,
    stream,
    relay,
    redirect,
    set,
    waitFor,
    dial,
    hold,
    unhold,
    consult,
    transfer,
    consent,
    verify,
    transcribe,
    redact,
    hangup,
  ])
  .meta({ id: 'CallCommand' })
export type CallCommand = z.output<typeof callCommand>

const maxCommands = 50
/** A list of commands, as an app gives it. */
export const callCommands = z.array(callCommand).max(maxCommands)

/** An app's answer to a decision webhook: `{actions: […]}`, or the bare list. Faults are told by their place in `actions`. */
export const decisionAnswer = z
  .preprocess(withActions, z.object({ actions: callCommands }))
  .transform((answer) => answer.actions)

function withActions(answer: unknown): unknown {
  return Array.isArray(answer) ? { actions: answer as unknown } : answer
}

const whisperCommand = z.discriminatedUnion('type', [say, play, waitFor, gather, hangupCall])
export type WhisperCommand = z.output<typeof whisperCommand>
/** An app's answer to `call.whisper`. */
export const whisperAnswer = z
  .preprocess(withActions, z.object({ actions: z.array(whisperCommand).max(maxCommands) }))
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
    case 'send_digits':
    case 'set':
      return true
    case 'transfer':
      return command.action === 'complete'
    case 'consent':
      return command.action !== 'ask'
    case 'verify':
      return command.action === 'cancel'
    case 'stream':
      return command.action === 'stop' || command.direction !== 'both'
    case 'reject':
    case 'play':
    case 'say':
    case 'gather':
    case 'message':
    case 'relay':
    case 'redirect':
    case 'wait':
    case 'dial':
      return false
  }
}
