import { z } from 'zod'

/** What an app says in a conversation of text: ConversationRelay's messages. Members that are not known are ignored. */
const interruptible = z.union([z.boolean(), z.enum(['none', 'dtmf', 'speech', 'any'])]).optional()
const message = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('text'),
    token: z.string().max(16_384),
    last: z.boolean().default(false),
    lang: z.string().max(35).optional(),
    interruptible,
    preemptible: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('play'),
    source: z.string().min(1).max(2_048),
    loop: z.int().min(1).max(100).default(1),
    interruptible,
    preemptible: z.boolean().optional(),
  }),
  z.object({ type: z.literal('sendDigits'), digits: z.string().regex(/^[0-9A-Da-d*#wW]{1,64}$/) }),
  z.object({
    type: z.literal('language'),
    ttsLanguage: z.string().max(35).optional(),
    transcriptionLanguage: z.string().max(35).optional(),
  }),
  z.object({ type: z.literal('end'), handoffData: z.string().max(65_536).optional() }),
])
export type RelayMessage = z.output<typeof message>
export type RelayText = Extract<RelayMessage, { type: 'text' }>

/** What may stop the words that are said. */
export type Interruptible = 'none' | 'keys' | 'speech' | 'any'

/** Reads one message. A fault is a sentence for the app, which says nothing of what it sent but names. */
export function readRelay(
  text: string | undefined,
): { readonly ok: true; readonly message: RelayMessage } | { readonly ok: false; readonly fault: string } {
  if (text === undefined) return { ok: false, fault: 'binary messages are not understood' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, fault: 'the message is not JSON' }
  }
  const parsed = message.safeParse(value)
  if (parsed.success) return { ok: true, message: parsed.data }
  const [issue] = parsed.error.issues
  const at = issue?.path.join('.') ?? ''
  return { ok: false, fault: at === '' ? 'the message is not an object with a type' : `"${at}" is not valid` }
}

/** What may stop it, as an app writes that. */
export function interruptibleOf(value: RelayText['interruptible'], otherwise: Interruptible): Interruptible {
  switch (value) {
    case undefined:
      return otherwise
    case true:
      return 'any'
    case false:
      return 'none'
    case 'dtmf':
      return 'keys'
    case 'none':
    case 'speech':
    case 'any':
      return value
  }
}

/** What the gateway says. */
export const relaySays = {
  setup: (about: {
    readonly sessionId: string
    readonly accountSid: string
    readonly callSid: string
    readonly from: string
    readonly to: string
    readonly direction: string
    readonly customParameters: Readonly<Record<string, string>>
  }) =>
    JSON.stringify({
      type: 'setup',
      sessionId: about.sessionId,
      accountSid: about.accountSid,
      parentCallSid: '',
      callSid: about.callSid,
      from: about.from,
      to: about.to,
      forwardedFrom: '',
      callType: 'PSTN',
      callerName: '',
      direction: about.direction,
      callStatus: 'RINGING', // whatever the call is: so it stands in every such message
      customParameters: about.customParameters,
    }),
  prompt: (voicePrompt: string, lang: string, last: boolean) =>
    JSON.stringify({ type: 'prompt', voicePrompt, lang, last }),
  dtmf: (digit: string) => JSON.stringify({ type: 'dtmf', digit }),
  interrupt: (utteranceUntilInterrupt: string, durationUntilInterruptMs: number) =>
    JSON.stringify({ type: 'interrupt', utteranceUntilInterrupt, durationUntilInterruptMs }),
  error: (description: string) => JSON.stringify({ type: 'error', description }),
} as const
