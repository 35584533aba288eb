import type { AppConfig } from '#kernel'

/** What the configuration says of an app, for tests. */
export function fakeAppConfig(reject: boolean, reconnects: number): AppConfig {
  return {
    id: 'agent',
    tenant: 'default',
    dialect: 'voxkeep',
    webhook: { url: 'https://app.test/voice', secrets: ['env:X'], timeoutMs: 5_000 },
    stream: {
      spkiPins: [],
      connectTimeoutMs: 1,
      pingIntervalMs: 1,
      pongTimeoutMs: 1,
      maxBufferedMs: 1,
      maxBehindMs: 1,
      reconnect: { attempts: reconnects, delayMs: 250 },
    },
    fallback: { reject },
  }
}
