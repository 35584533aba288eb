/** An engine that turns speech into words. */
export interface SpeechEngine {
  readonly id: string
  readonly kind: 'deepgram' | 'vosk' | 'openai' | 'websocket' | 'command'
  readonly region: string | null
  /** What it may be given. */
  readonly data_classes: readonly ('public' | 'internal' | 'personal' | 'health' | 'payment')[]
  /** Whether nothing that it hears may be kept for training. */
  readonly training_opt_out: boolean
  /** Why it may hear nothing of this tenant; null: it may. */
  readonly refused: 'region' | 'training' | null
  /** Of its latest connections. */
  readonly health: 'unknown' | 'up' | 'failing'
  /** Voices that it hears now; this and the other figures are of all tenants together. */
  readonly sessions: number
  readonly max_sessions: number
  readonly lag_ms: number
  readonly words: number
  /** Audio that it could not be given. */
  readonly lost_ms: number
  readonly failures: Readonly<Record<string, number>>
}
