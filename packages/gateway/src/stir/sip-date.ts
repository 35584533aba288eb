const sipDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** Seconds since 1970 that a SIP Date header names (RFC 3261 §20.17); undefined when it is none. */
export function parseSipDate(text: string): number | undefined {
  if (!sipDate.test(text.trim())) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms / 1_000
}
