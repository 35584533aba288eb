import { VoxkeepApiError } from './api-error.ts'
import type { Routes } from './api-types.ts'
import { listing, type Listing } from './pages.ts'
import type { Page, PageOptions } from './resources.ts'
import type { ApiRequest, Send } from './transport.ts'

/** A method and a path of the API: `GET /v1/calls/{id}`. */
export type Route = keyof Routes
export type BodyOf<R extends Route> = Routes[R]['request'] extends { readonly body: infer Body }
  ? Body
  : never

type AnswerOf<R extends Route> = Routes[R]['answer']
type RequestOf<R extends Route> = Routes[R]['request'] & Pick<ApiRequest, 'idempotencyKey' | 'signal'>

type ListRoute = {
  [R in Route]: AnswerOf<R> extends Page<unknown> ? R : never
}[Route]
type ItemOf<R extends ListRoute> = AnswerOf<R> extends Page<infer Item> ? Item : never
type FilterOf<R extends ListRoute> = Routes[R]['request'] extends { readonly query?: infer Query }
  ? Omit<NonNullable<Query>, keyof PageOptions>
  : never

/** What a request to a route is made of, whichever it is. */
interface AnyRequest extends Omit<ApiRequest, 'method' | 'path'> {
  readonly path?: Readonly<Record<string, string>>
}

export function listOf<R extends ListRoute>(
  send: Send,
  route: R,
  options: PageOptions,
  filter?: FilterOf<R>,
): Listing<ItemOf<R>> {
  const fetchPage = (page: PageOptions) => json(send, route, { query: { ...filter, ...page } })
  return listing(fetchPage as (page: PageOptions) => Promise<Page<ItemOf<R>>>, options)
}

/** The answer's JSON, which is taken to be what the API's description says. */
export async function json<R extends Route>(
  send: Send,
  route: R,
  request: RequestOf<R>,
): Promise<AnswerOf<R>> {
  const response = await ask(send, route, request)
  try {
    return (await response.json()) as AnswerOf<R>
  } catch (cause) {
    throw new VoxkeepApiError('API_MALFORMED', 'the gateway’s answer is not JSON', {}, { cause })
  }
}

export async function act<R extends Route>(send: Send, route: R, request: RequestOf<R>): Promise<void> {
  const response = await ask(send, route, request)
  await response.body?.cancel()
}

/** Sends what a route takes; what stands for `{*}` may hold slashes. */
export function ask<R extends Route>(send: Send, route: R, request: RequestOf<R>): Promise<Response> {
  const { path: names = {}, ...rest } = request as AnyRequest
  const [method, pattern = ''] = route.split(' ')
  const path = pattern.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = names[name] ?? ''
    return name === '*' ? value : encodeURIComponent(value)
  })
  return send({ ...rest, method: method as ApiRequest['method'], path })
}
