export interface SayOptions {
  /** A voice of the gateway’s configuration; default: the app’s. */
  voice?: string
  /** BCP 47; default: the voice’s. */
  language?: string
  loop?: number
  /** As with `play`. */
  early?: boolean
  /** Keep the speech, sealed, to give it again for the same text: for fixed prompts, not for words that hold anybody’s data. */
  cache?: boolean
}

/** What may stop the words that are said. */
export type Interruptible = 'none' | 'keys' | 'speech' | 'any'

export interface RelayOptions {
  /** Said as soon as the conversation begins. */
  greeting?: string
  voice?: string
  /** What is said and heard, in BCP 47. */
  language?: string
  /** Others that the app may switch to. */
  languages?: { code: string; voice?: string }[]
  /** Words that are likely. */
  hints?: string[]
  interruptible?: Interruptible
  greeting_interruptible?: Interruptible
  preemptible?: boolean
  /** Send what is heard before it is whole. */
  partials?: boolean
  /** Send keys. */
  keys?: boolean
  /** Handed to the app in `setup`. */
  parameters?: Record<string, string>
  /** Asked afterwards, with `call.relay_ended`, in place of the webhook. */
  action_url?: string
  action_method?: 'GET' | 'POST'
}
