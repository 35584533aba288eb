/** What hears words while keys and words are waited for. */
export interface SpeechAnswer {
  /** What was said, once it is whole; undefined: nobody can hear it. Never rejects. */
  readonly said: Promise<SaidAnswer | undefined>
  /** Nothing is heard any more. */
  close(): void
}

export interface SaidAnswer {
  readonly text: string
  /** 0 to 1, where the engine says so. */
  readonly confidence: number | null
  readonly language: string | null
}

export interface SpeechHooks {
  /** The first word was heard: prompts end, and no time-out of keys counts any more. */
  began(): void
  /** What is heard so far. */
  partial(text: string): void
}
