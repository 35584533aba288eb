/** What says words to callers. */
export interface Voice {
  readonly id: string
  readonly kind: 'command' | 'openai' | 'deepgram' | 'elevenlabs'
  readonly region: string | null
  /** What its texts may hold. */
  readonly data_classes: readonly ('public' | 'internal' | 'personal' | 'health' | 'payment')[]
  /** Whether nothing that it says may be kept for training. */
  readonly training_opt_out: boolean
  /** Why it may say nothing of this tenant; null: it may. */
  readonly refused: 'region' | 'training' | null
  /** Of its latest texts. */
  readonly health: 'unknown' | 'up' | 'failing'
  /** Texts that it says now; this and the other figures are of all tenants together. */
  readonly sessions: number
  readonly max_sessions: number
  readonly texts: number
  readonly characters: number
  readonly audio_ms: number
  readonly failures: Readonly<Record<string, number>>
}
