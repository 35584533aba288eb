import type { Finding, Language } from '@voxkeep/pii'
import { z } from 'zod'
import type { Secret } from '#kernel'
import { kindOf } from './presidio-entities.ts'

/** HTTPS through the egress guard, as #webhook's client gives it. Never rejects. */
export interface PresidioHttp {
  exchange(
    request: {
      readonly method: 'POST'
      readonly url: string
      readonly headers: Readonly<Record<string, string>>
      readonly body: Uint8Array
      readonly tls: { readonly ca?: string }
      readonly timeoutMs: number
      readonly maxAnswerBytes: number
    },
    signal?: AbortSignal,
  ): Promise<
    | { readonly ok: true; readonly status: number; readonly body: Uint8Array }
    | { readonly ok: false; readonly why: string }
  >
}

export interface PresidioOptions {
  readonly http: PresidioHttp
  /** Of the service, without `/analyze`. */
  readonly url: string
  readonly tls: { readonly ca?: string }
  /** The whole value of the `authorization` header, for a proxy in front: the analyzer itself asks for none. */
  readonly authorization?: Secret<string>
  /** What to look for, in Presidio's names; without it, whatever the analyzer is set up for. */
  readonly entities?: readonly string[]
  /** 0 to 1: what scores less is not told. */
  readonly threshold: number
  /** For the whole of a question. */
  readonly timeoutMs: number
}

/** Why there is no answer. The last three are the service's doing. */
export type PresidioFailure = 'too-long' | 'busy' | 'unreachable' | 'refused' | 'answer'

export type PresidioAnswer =
  | { readonly ok: true; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly why: PresidioFailure }

export interface PresidioAnalyzer {
  /** Asks about one text. Never rejects. `start` and `end` of what comes back count UTF-16 code units. */
  analyze(text: string, language: Language, signal?: AbortSignal): Promise<PresidioAnswer>
}

const maxCharacters = 20_000 // an hour-long turn of speech has less
const maxAnswerBytes = 1024 * 1024
const maxFindings = 5_000
/** More at once than this are not sent: a slow service must not fill memory with what waits for it. */
const maxAtOnce = 32

const answerShape = z
  .array(
    z.object({
      entity_type: z.string().min(1).max(100),
      start: z.int().min(0),
      end: z.int().min(1),
      score: z.number().min(0).max(1),
    }),
  )
  .max(maxFindings)

/** Asks a presidio-analyzer (`POST /analyze`). Nothing of what it is asked about is logged or kept here. */
export function presidioAnalyzer(options: PresidioOptions): PresidioAnalyzer {
  let underWay = 0
  return {
    async analyze(text, language, signal) {
      if (text.trim() === '') return { ok: true, findings: [] }
      if (text.length > maxCharacters) return { ok: false, why: 'too-long' }
      if (underWay >= maxAtOnce) return { ok: false, why: 'busy' }
      underWay += 1
      try {
        return await ask(options, text, language, signal)
      } finally {
        underWay -= 1
      }
    },
  }
}

async function ask(
  { http, url, tls, authorization, entities, threshold, timeoutMs }: PresidioOptions,
  text: string,
  language: Language,
  signal?: AbortSignal,
): Promise<PresidioAnswer> {
  const question = { text, language, score_threshold: threshold, ...(entities !== undefined && { entities }) }
  const answer = await http.exchange(
    {
      method: 'POST',
      url: `${url.replace(/\/+$/, '')}/analyze`,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(authorization !== undefined && { authorization: authorization.reveal() }),
      },
      body: new TextEncoder().encode(JSON.stringify(question)),
      tls,
      timeoutMs,
      maxAnswerBytes,
    },
    signal,
  )
  if (!answer.ok) return { ok: false, why: 'unreachable' }
  if (answer.status !== 200) return { ok: false, why: 'refused' }
  const findings = readAnswer(answer.body, text)
  return findings === undefined ? { ok: false, why: 'answer' } : { ok: true, findings }
}

/** `undefined` for anything but findings that lie within the text: an answer that is partly nonsense is not believed at all. */
function readAnswer(body: Uint8Array, text: string): Finding[] | undefined {
  const parsed = answerShape.safeParse(parseJson(body))
  if (!parsed.success) return undefined
  const place = codeUnits(text)
  const findings: Finding[] = []
  for (const { entity_type, start, end, score } of parsed.data) {
    const [from, to] = [place(start), place(end)]
    if (from === undefined || to === undefined || to <= from) return undefined
    findings.push({ ...kindOf(entity_type), start: from, end: to, confidence: score, by: 'presidio' })
  }
  return findings
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

/** Where a code point is in UTF-16 code units: Python, and so Presidio, counts code points. `undefined` past the end. */
function codeUnits(text: string): (codePoint: number) => number | undefined {
  if (!/[\u{10000}-\u{10ffff}]/u.test(text)) return (at) => (at <= text.length ? at : undefined)
  const places: number[] = []
  let unit = 0
  for (const character of text) {
    places.push(unit)
    unit += character.length
  }
  places.push(unit)
  return (at) => places[at]
}
