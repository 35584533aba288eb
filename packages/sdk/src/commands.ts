import type { PiiType, RedactOptions, RedactSpan, TranscribeOptions } from './commands-words.ts'
import type {
  ActionOptions,
  DialledOptions,
  EventsAddress,
  Key,
  MessageOptions,
  RecordOptions,
} from './commands-call.ts'
import type { VerifyVoiceOptions } from './commands-verify.ts'
import type { RelayOptions, SayOptions } from './commands-voice.ts'
import type { CollectField, CollectOptions, PayFieldKind, PayOptions } from './commands-collect.ts'

/** What an app can ask of a call, in the answer to a webhook that asks or in mid-call by `client.calls.command()`. */
export type CallCommand =
  | { type: 'answer' }
  | { type: 'reject'; status?: RejectStatus }
  | ({ type: 'play'; url: string; loop?: number } & PlayOptions)
  | ({ type: 'say'; text: string } & SayOptions)
  | ({ type: 'relay'; url: string } & RelayOptions)
  | ({ type: 'gather' } & GatherOptions)
  | ({ type: 'collect'; action?: 'start'; fields: CollectField[] } & CollectOptions)
  | { type: 'collect'; action: 'cancel' }
  | ({ type: 'pay'; action?: 'start'; provider: string } & PayOptions)
  | { type: 'pay'; action: 'capture'; capture: PayFieldKind; idempotency_key?: string }
  | { type: 'pay'; action: 'complete' | 'cancel'; idempotency_key?: string }
  | ({ type: 'record'; action?: 'start' } & RecordOptions)
  | { type: 'record'; action: 'pause'; behavior?: 'silence' | 'skip' }
  | { type: 'record'; action: 'resume' | 'stop' }
  | ({ type: 'message' } & MessageOptions)
  | { type: 'send_digits'; digits: string }
  | { type: 'redirect'; url: string; method?: 'GET' | 'POST' }
  | { type: 'set'; variables: Record<string, string | null> }
  | ({ type: 'stream'; action?: 'start'; url: string } & StreamOptions)
  | ({ type: 'stream'; action?: 'start'; agent: string } & AgentOptions)
  | { type: 'stream'; action: 'stop'; name?: string }
  | { type: 'wait'; ms?: number }
  | ({ type: 'dial'; to: string | string[] } & DialOptions)
  | { type: 'hold' }
  | { type: 'unhold' }
  | ({ type: 'consult'; action?: 'start'; to: string } & CallOutOptions)
  | { type: 'consult'; action: 'cancel' }
  | ({ type: 'transfer'; action?: 'start'; to: string } & TransferOptions)
  | { type: 'transfer'; action: 'complete' }
  | ({ type: 'transcribe'; action?: 'start' | 'stop' } & TranscribeOptions)
  | { type: 'transcribe'; action: 'expect'; expect: PiiType; for_ms?: number }
  | ({ type: 'redact' } & RedactSpan & RedactOptions)
  | ({ type: 'consent'; action?: 'ask'; prompt_url: string } & ConsentOptions)
  | { type: 'consent'; action: 'assert'; answer: 'given' | 'refused'; party?: ConsentParty }
  | { type: 'consent'; action: 'revoke'; party?: ConsentParty }
  | ({ type: 'verify'; action?: 'verify' | 'enrol'; subject: string } & VerifyVoiceOptions)
  | { type: 'verify'; action: 'cancel' }
  | { type: 'hangup'; leg_id?: string }

export type RejectStatus = 403 | 404 | 480 | 486 | 603

export interface PlayOptions {
  /** Does not answer for it: a caller whom nobody answered yet hears it as early media. */
  early?: boolean
}

export interface GatherOptions extends ActionOptions {
  num_digits?: number
  /** Empty for none. Default `#`. */
  finish_on_key?: Key | ''
  /** How long to wait for the first or the next key, in milliseconds. */
  timeout_ms?: number
  prompt_url?: string
  /** Played, said, or waited for, in this order; the first key or word stops it. */
  prompts?: PromptPart[]
  /** Default: keys alone. `speech` needs an engine. */
  input?: ('keys' | 'speech')[]
  /** Of what is spoken: BCP 47. */
  language?: string
  /** Words that the engine is to expect. */
  hints?: string[]
  /** How long nothing is said until what was said is whole. Default a second. */
  end_silence_ms?: number
  max_speech_ms?: number
  /** Whether a key or a word stops the prompts. Default true. */
  barge_in?: boolean
  /** When nothing came: ask all the same (the default), or go on with the next command. */
  on_empty?: 'ask' | 'go-on'
  /** Told what is heard so far, as `call.gather.partial`. */
  partials?: EventsAddress
}

export type PromptPart =
  | { play: string; loop?: number }
  | { say: string; voice?: string; language?: string; loop?: number }
  | { wait_ms: number }

export type ConsentParty = 'all' | 'caller' | 'dialled'

export interface ConsentOptions {
  /** Whose; default: everybody’s who must agree. */
  party?: ConsentParty
  /** What counts as yes; `continue`: the prompt was heard and nobody refused. Default: all three. */
  accept?: ('key' | 'speech' | 'continue')[]
  yes_key?: Key
  no_key?: Key
  timeout_ms?: number
  attempts?: number
  /** Of a spoken answer, and of a question that is said: BCP 47. */
  language?: string
  /** Where the party is, as far as the app knows: `US-CA`, `DE`. */
  jurisdiction?: string[]
  on_refuse?: 'go-on' | 'ask' | 'hangup'
}

/** `action_url`: asked with `call.stream_ended` after the app has closed a stream of direction `both`. */
export interface StreamOptions extends ActionOptions {
  /** Where what becomes of it is told. */
  events?: EventsAddress
  /** `both` talks with the app and lasts until the app closes; the others are forks that the app only hears. */
  direction?: 'both' | 'inbound' | 'outbound' | 'both_tracks'
  /** Handed to the app in the stream's `start` message. */
  parameters?: Record<string, string>
  /** Of a fork: what it is stopped by. */
  name?: string
  /** What is spoken over it; default: what the configuration says. */
  wire?: StreamWireName
  /** Settings of the wire, such as `rate` and `encoding`. */
  options?: Record<string, unknown>
  /** `held`: what is heard was judged first, with what was found overwritten. The privacy policy may demand it. */
  audio?: 'live' | 'held'
}

export interface AgentOptions {
  /** `call_instructions`: what an OpenAI Realtime agent is told about this call, beside its own instructions. */
  options?: { call_instructions?: string }
}

export type StreamWireName =
  | 'voxkeep'
  | 'twilio'
  | 'teler'
  | 'telnyx'
  | 'plivo'
  | 'exotel'
  | 'vonage'
  | 'jambonz'
  | 'asterisk'

export interface CallOutOptions {
  /** Caller ID to show, one that the app may; default: its first. */
  from?: string
  /** How long it may ring. Default 30 seconds. */
  ring_timeout_ms?: number
}

export interface DialOptions extends CallOutOptions, DialledOptions {
  /** Of several: one after the other (the default), or all at once. */
  strategy?: 'sequential' | 'simultaneous'
  /** What the caller hears meanwhile. Default `early`: the other side's own tones, or a ringback tone. */
  ring?: 'ringback' | 'early' | 'music'
  /** The longest that they may talk. */
  time_limit_ms?: number
  /** The caller's `*` ends the other leg. */
  hangup_on_star?: boolean
  /** Answers the caller only when somebody who is dialled answers; if nobody does they can still be refused. */
  answer_on_bridge?: boolean
}

export interface TransferOptions extends CallOutOptions, ActionOptions {
  /** `blind` (the default): the gateway stays in between. `refer`: the caller's side calls the target, and the gateway is out. */
  mode?: 'blind' | 'refer'
  ring?: NonNullable<DialOptions['ring']>
}

/** Builders for the commands: `answerWith(commands.record(), commands.stream(url))`. */
export const commands = {
  answer: (): CallCommand => ({ type: 'answer' }),
  reject: (status: RejectStatus = 486): CallCommand => ({ type: 'reject', status }),
  play: (url: string, loop = 1, options: PlayOptions = {}): CallCommand => ({
    type: 'play',
    url,
    loop,
    ...options,
  }),
  gather: (options: GatherOptions = {}): CallCommand => ({ type: 'gather', ...options }),
  /** Says words, plain or SSML, with a voice of the gateway. */
  say: (text: string, options: SayOptions = {}): CallCommand => ({ type: 'say', text, ...options }),
  /** Talks with the app in text alone: it is sent what the caller says as words, redacted, and what it answers is spoken. */
  relay: (url: string, options: RelayOptions = {}): CallCommand => ({ type: 'relay', url, ...options }),
  /** Turns what is said into words from now on, by the app's privacy policy: told as `call.transcript`. */
  transcribe: (options: TranscribeOptions = {}): CallCommand => ({ type: 'transcribe', ...options }),
  stopTranscribing: (): CallCommand => ({ type: 'transcribe', action: 'stop' }),
  /** The caller is asked for this: what they say next is taken for it. */
  expect: (type: PiiType, forMs?: number): CallCommand => ({
    type: 'transcribe',
    action: 'expect',
    expect: type,
    ...(forMs !== undefined && { for_ms: forMs }),
  }),
  /** Overwrites a stretch of the running recording. */
  redact: (span: RedactSpan, options: RedactOptions = {}): CallCommand => ({
    type: 'redact',
    ...span,
    ...options,
  }),
  /** Asks for consent to a recording, where the parties’ places want that. */
  consent: (promptUrl: string, options: ConsentOptions = {}): CallCommand => ({
    type: 'consent',
    prompt_url: promptUrl,
    ...options,
  }),
  /** Compares the caller's voice with the one that is known as the subject's; afterwards the app is asked with `call.verified`. */
  verify: (subject: string, options: VerifyVoiceOptions = {}): CallCommand => ({
    type: 'verify',
    subject,
    ...options,
  }),
  /** Has an engine learn the caller's voice as the subject's; afterwards the app is asked with `call.verified`. */
  enrolVoice: (subject: string, options: VerifyVoiceOptions = {}): CallCommand => ({
    type: 'verify',
    action: 'enrol',
    subject,
    ...options,
  }),
  cancelVerify: (): CallCommand => ({ type: 'verify', action: 'cancel' }),
  /** Has keys pressed that nobody else may learn; afterwards the app is asked with `call.collected`, and gets tokens. */
  collect: (fields: CollectField[], options: CollectOptions = {}): CallCommand => ({
    type: 'collect',
    fields,
    ...options,
  }),
  cancelCollect: (): CallCommand => ({ type: 'collect', action: 'cancel' }),
  /** Has a card or an account keyed in and paid with; afterwards the app is asked with `call.paid`. */
  pay: (provider: string, options: PayOptions = {}): CallCommand => ({ type: 'pay', provider, ...options }),
  cancelPay: (): CallCommand => ({ type: 'pay', action: 'cancel' }),
  /** Of a payment that is `stepwise`: asks for a field, anew if it was there. */
  capturePay: (field: PayFieldKind): CallCommand => ({ type: 'pay', action: 'capture', capture: field }),
  /** Of a payment that is `stepwise`: pays with what was keyed in. */
  completePay: (): CallCommand => ({ type: 'pay', action: 'complete' }),
  record: (options: RecordOptions = {}): CallCommand => ({ type: 'record', action: 'start', ...options }),
  /** Records what the caller says until they are done; afterwards the app is asked with `call.message`. */
  message: (options: MessageOptions = {}): CallCommand => ({ type: 'message', ...options }),
  /** Presses keys: `0`–`9`, `*`, `#`, `A`–`D`; `w` waits half a second, `W` a whole one. */
  sendDigits: (digits: string): CallCommand => ({ type: 'send_digits', digits }),
  /** Asks another address what to do, with `call.redirected`. */
  redirect: (url: string, method: 'GET' | 'POST' = 'POST'): CallCommand => ({
    type: 'redirect',
    url,
    method,
  }),
  /** Notes something about the call, null to forget it: told with every question that follows. */
  set: (variables: Record<string, string | null>): CallCommand => ({ type: 'set', variables }),
  /** `skip`: whoever fetches the audio may leave the pause out; it is silence in any case. */
  pauseRecording: (options: { behavior?: 'silence' | 'skip' } = {}): CallCommand => ({
    type: 'record',
    action: 'pause',
    ...options,
  }),
  resumeRecording: (): CallCommand => ({ type: 'record', action: 'resume' }),
  stopRecording: (): CallCommand => ({ type: 'record', action: 'stop' }),
  stream: (url: string, options: StreamOptions = {}): CallCommand => ({ type: 'stream', url, ...options }),
  /** Connects the caller with one of the configuration's `agents`, with no app in between. */
  agent: (agent: string, options: AgentOptions = {}): CallCommand => ({ type: 'stream', agent, ...options }),
  /** Ends the streams of a name, or all. */
  stopStream: (name?: string): CallCommand => ({
    type: 'stream',
    action: 'stop',
    ...(name !== undefined && { name }),
  }),
  wait: (ms?: number): CallCommand => (ms === undefined ? { type: 'wait' } : { type: 'wait', ms }),
  /** Calls somebody and connects the caller; afterwards the app is asked with `call.dialed`. */
  dial: (to: string | string[], options: DialOptions = {}): CallCommand => ({ type: 'dial', to, ...options }),
  hold: (): CallCommand => ({ type: 'hold' }),
  unhold: (): CallCommand => ({ type: 'unhold' }),
  /** Lets the one who was dialled talk with somebody first, while the caller is on hold. */
  consult: (to: string, options: CallOutOptions = {}): CallCommand => ({ type: 'consult', to, ...options }),
  cancelConsult: (): CallCommand => ({ type: 'consult', action: 'cancel' }),
  transfer: (to: string, options: TransferOptions = {}): CallCommand => ({
    type: 'transfer',
    to,
    ...options,
  }),
  /** Hands the caller over to the one who was consulted. */
  completeTransfer: (): CallCommand => ({ type: 'transfer', action: 'complete' }),
  hangup: (): CallCommand => ({ type: 'hangup' }),
  /** Ends one leg alone that a `dial` made, ringing or connected: the call goes on. `leg` is the `leg_id` of its events. */
  hangupLeg: (leg: string): CallCommand => ({ type: 'hangup', leg_id: leg }),
} as const

/** The answer to a webhook that asks what to do: `response.end(JSON.stringify(answerWith(...)))`. */
export function answerWith(...actions: CallCommand[]): { actions: CallCommand[] } {
  return { actions }
}
