import { createApi } from './create-api.ts'
import type { ApiDeps } from './deps.ts'

/** The OpenAPI document of the API, as it is checked in. */
export async function openApiText(): Promise<string> {
  const app = await createApi(describedOnly, {})
  try {
    return `${JSON.stringify(app.swagger(), null, 2)}\n`
  } finally {
    await app.close()
  }
}

/** Describing the API touches none of what it works with, except for one timer and one rate. */
const describedOnly = {
  config: { host: '127.0.0.1', port: 8_443, rateLimitPerMinute: 1, tls: { certFile: '', keyFile: '' } },
  clock: { now: () => 0, monotonicMs: () => 0, set: () => () => {} },
} as unknown as ApiDeps
