import { VoxkeepApiError } from './api-error.ts'
import { listing, type Listing } from './pages.ts'
import type { Page, PageOptions } from './resources.ts'
import type { ApiRequest, Send } from './transport.ts'

export function listOf<T>(
  send: Send,
  path: string,
  options: PageOptions,
  filter: ApiRequest['query'] = {},
): Listing<T> {
  return listing(
    (page) => json<Page<T>>(send, { method: 'GET', path, query: { ...filter, ...page } }),
    options,
  )
}

export async function json<T>(send: Send, request: ApiRequest): Promise<T> {
  const response = await send(request)
  try {
    return (await response.json()) as T
  } catch (cause) {
    throw new VoxkeepApiError('API_MALFORMED', 'the gateway’s answer is not JSON', {}, { cause })
  }
}

export async function act(send: Send, request: ApiRequest): Promise<void> {
  const response = await send(request)
  await response.body?.cancel()
}

export function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
