import { speechDetector, type SpeechDetector, type SpeechOptions } from './speech-detector.ts'
import type { StreamEvents } from './stream-events.ts'

/** Who is told what happens in a stream. */
export interface StreamListeners {
  on<Name extends keyof StreamEvents>(name: Name, listener: (event: StreamEvents[Name]) => void): () => void
  onSpeech(
    listener: (event: StreamEvents['speech']) => void,
    rateHz: number,
    options?: SpeechOptions,
  ): () => void
  tell<Name extends keyof StreamEvents>(name: Name, event: StreamEvents[Name]): void
  /** What the caller says, for whoever listens for speech. */
  heard(samples: Int16Array): void
}

type Listeners = { readonly [Name in keyof StreamEvents]: Set<(event: StreamEvents[Name]) => void> }

export function streamListeners(): StreamListeners {
  const listeners: Listeners = {
    dtmf: new Set(),
    privacy: new Set(),
    playback: new Set(),
    gap: new Set(),
    warning: new Set(),
    speech: new Set(),
    connection: new Set(),
  }
  const detectors = new Map<object, (samples: Int16Array) => void>()
  return {
    on(name, listener) {
      const set = listeners[name]
      set.add(listener)
      return () => void set.delete(listener)
    },
    onSpeech(listener, rateHz, options) {
      const detect: SpeechDetector = speechDetector(rateHz, options)
      const key = {}
      detectors.set(key, (samples) => {
        const state = detect(samples)
        if (state !== undefined) listener({ state })
      })
      return () => void detectors.delete(key)
    },
    tell(name, event) {
      for (const listener of listeners[name]) listener(event)
    },
    heard(samples) {
      for (const detect of detectors.values()) detect(samples)
    },
  }
}
