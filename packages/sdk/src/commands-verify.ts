import type { ActionOptions, EventsAddress } from './commands-call.ts'
import type { PromptPart } from './commands.ts'

export interface VerifyVoiceOptions extends ActionOptions {
  /** One of the gateway’s `verifiers`; default: the app’s, else the first. */
  engine?: string
  /** That the caller agreed to have their voice compared. Goes with `consent_source`. */
  consent?: 'given'
  /** Where you have that on record: a reference, no person’s data. */
  consent_source?: string
  /** Played, said, or waited for in this order before anything is heard. */
  prompts?: PromptPart[]
  /** What the caller is asked to say, for engines that compare that too. */
  phrase?: string
  /** Speech that is needed, pauses not counted. Default 3 seconds, to enrol 10. */
  min_speech_ms?: number
  /** How long it is listened, at the most, in one attempt. */
  max_ms?: number
  /** How often it is tried while it stays inconclusive. Default 2. */
  attempts?: number
  /** How alike the voices must be; never less than the gateway’s configuration says. */
  min_score?: number
  /** After anything but `match` and `enrolled`. Default: the app is asked. */
  on_mismatch?: 'ask' | 'go-on' | 'hangup'
  events?: EventsAddress
}
