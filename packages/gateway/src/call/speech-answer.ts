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
