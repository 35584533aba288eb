import { z } from 'zod'
import { canonicalNumber } from './telephone-number.ts'
import type { Attestation, IdentityReason } from './verdict.ts'

/** What a PASSporT claims (RFC 8225), numbers in canonical form. Believe it only once its signature verified. */
export interface Passport {
  readonly ppt: 'shaken' | 'div' | undefined
  readonly x5u: string
  readonly iat: number
  /** Undefined when the caller is no number. */
  readonly orig: string | undefined
  readonly dest: readonly string[]
  /** With `shaken` (RFC 8588 §4). */
  readonly attestation?: Attestation
  readonly originationId?: string
  /** With `div` (RFC 8946 §3): the number that the call was meant for before. */
  readonly divertedFrom?: string
}

const maxDestinations = 32

const joseHeader = z.object({
  alg: z.string(),
  typ: z.literal('passport'),
  ppt: z.string().optional(),
  x5u: z.string().max(1_024),
  crit: z.undefined().optional(), // RFC 7515 §4.1.11: what is critical there must be understood, and nothing is defined
})
const identity = z.object({ tn: z.string().optional(), uri: z.string().optional() })
const claims = z.object({
  iat: z.int().min(0),
  orig: identity,
  dest: z.object({
    tn: z.array(z.string()).max(maxDestinations).optional(),
    uri: z.array(z.string()).max(maxDestinations).optional(),
  }),
})
const shakenClaims = z.object({ attest: z.enum(['A', 'B', 'C']), origid: z.string().min(1).max(64) })
const divClaims = z.object({ div: z.object({ tn: z.string() }) })

export type ParsedPassport =
  | { readonly ok: true; readonly passport: Passport }
  | { readonly ok: false; readonly reason: IdentityReason }

/** Parses the two JSON parts of a PASSporT's JWS, each in base64url. Survives any text. */
export function parsePassport(protectedHeader: string, payload: string): ParsedPassport {
  const header = joseHeader.safeParse(decodeJson(protectedHeader))
  if (!header.success) return { ok: false, reason: 'malformed' }
  if (header.data.alg !== 'ES256') return { ok: false, reason: 'algorithm' }
  const body = decodeJson(payload)
  const common = claims.safeParse(body)
  if (!common.success) return { ok: false, reason: 'malformed' }
  const { iat, orig, dest } = common.data
  const plain = {
    x5u: header.data.x5u,
    iat,
    orig: orig.tn === undefined ? undefined : canonicalNumber(orig.tn),
    dest: (dest.tn ?? []).flatMap((number) => canonicalNumber(number) ?? []),
  }
  return extend(plain, header.data.ppt, body)
}

function extend(plain: Omit<Passport, 'ppt'>, ppt: string | undefined, body: unknown): ParsedPassport {
  if (ppt === undefined) return { ok: true, passport: { ...plain, ppt } }
  if (ppt === 'shaken') {
    const shaken = shakenClaims.safeParse(body)
    if (!shaken.success) return { ok: false, reason: 'malformed' }
    const { attest: attestation, origid: originationId } = shaken.data
    return { ok: true, passport: { ...plain, ppt, attestation, originationId } }
  }
  if (ppt !== 'div') return { ok: false, reason: 'extension' }
  const diverted = divClaims.safeParse(body)
  const divertedFrom = diverted.data && canonicalNumber(diverted.data.div.tn)
  if (divertedFrom === undefined) return { ok: false, reason: 'malformed' }
  return { ok: true, passport: { ...plain, ppt, divertedFrom } }
}

/** The two parts of a SHAKEN PASSporT in base64url: keys in order, no white space (RFC 8225 §9), so that others can rebuild it. */
export function serializePassport(passport: {
  readonly x5u: string
  readonly iat: number
  readonly orig: string
  readonly dest: readonly string[]
  readonly attestation: Attestation
  readonly originationId: string
}): { protectedHeader: string; payload: string } {
  const { x5u, iat, orig, dest, attestation, originationId } = passport
  return {
    protectedHeader: encodeJson({ alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u }),
    payload: encodeJson({
      attest: attestation,
      dest: { tn: dest },
      iat,
      orig: { tn: orig },
      origid: originationId,
    }),
  }
}

/** A plain PASSporT that a compact Identity header leaves out, rebuilt from the call (RFC 8224 §7). */
export function rebuildPassport(call: { x5u: string; iat: number; orig: string; dest: string }): {
  protectedHeader: string
  payload: string
} {
  return {
    protectedHeader: encodeJson({ alg: 'ES256', typ: 'passport', x5u: call.x5u }),
    payload: encodeJson({ dest: { tn: [call.dest] }, iat: call.iat, orig: { tn: call.orig } }),
  }
}

function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decodeJson(text: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64url')))
  } catch {
    return undefined
  }
}
