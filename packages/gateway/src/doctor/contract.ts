import type { Config } from '#kernel'

/** What one look at one thing found. Says what to do unless all is well. Holds no secret. */
export interface Finding {
  /** What was looked at: `ports`, `certificates`, … */
  readonly about: string
  readonly state: 'fine' | 'warning' | 'fault'
  readonly found: string
  readonly todo?: string
}

/** A look at one thing. What it throws becomes a fault. */
export interface Examination {
  readonly about: string
  /** Aborts when it has taken long enough. */
  examine(config: Config, signal: AbortSignal): Promise<readonly Finding[]>
}

export const fine = (about: string, found: string): Finding => ({ about, state: 'fine', found })
export const warning = (about: string, found: string, todo: string): Finding => ({
  about,
  state: 'warning',
  found,
  todo,
})
export const fault = (about: string, found: string, todo: string): Finding => ({
  about,
  state: 'fault',
  found,
  todo,
})
