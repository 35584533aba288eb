/** Request headers as `fetch` and servers have them: a `Headers`, or Node's `request.headers`. */
export type HeaderSource = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

/** The header's only value, in any spelling of its name; a header sent twice has none that could be trusted. */
export function headerValue(headers: HeaderSource, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const wanted = name.toLowerCase()
  const found = Object.entries(headers).filter(
    ([key, value]) => key.toLowerCase() === wanted && value !== undefined,
  )
  const value = found.length === 1 ? found[0]?.[1] : undefined
  if (typeof value === 'string') return value
  return value?.length === 1 ? value[0] : undefined
}
