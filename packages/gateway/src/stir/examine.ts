import { whyNot, type Credential } from './credential.ts'
import { signatureName, verifyEs256 } from './es256.ts'
import { parseIdentityHeader, type IdentityHeader } from './identity-header.ts'
import { parsePassport, rebuildPassport, type Passport } from './passport.ts'
import { parseSipDate } from './sip-date.ts'
import type { IdentityReason } from './verdict.ts'

/** What an INVITE says that a PASSporT must agree with. */
export interface ClaimedCall {
  /** In canonical form; undefined for who is no number. */
  readonly from: string | undefined
  readonly to: string | undefined
  readonly date: string | undefined
  readonly nowMs: number
}

export interface ExamineDeps {
  readonly freshnessMs: number
  /** Undefined when it cannot be had now. Never rejects. */
  readonly credential: (url: string, signal: AbortSignal) => Promise<Credential | undefined>
}

export type Examined =
  | {
      readonly ok: true
      readonly passport: Passport
      readonly signer: string
      /** The same for every spelling of this very PASSporT. */
      readonly name: string
    }
  | {
      readonly ok: false
      readonly reason: IdentityReason
      readonly ppt: string | undefined
      readonly signer?: string
    }

/** Verifies one Identity header, except for who is called (`reaches` does that over all of them). Never rejects. */
export async function examine(
  deps: ExamineDeps,
  value: string,
  call: ClaimedCall,
  signal: AbortSignal,
): Promise<Examined> {
  const header = parseIdentityHeader(value)
  const token = header && complete(header, call)
  if (!header || !token) return { ok: false, reason: 'malformed', ppt: header?.ppt }
  const parsed = parsePassport(token.protectedHeader, token.payload)
  if (!parsed.ok) return { ok: false, reason: parsed.reason, ppt: header.ppt }
  const { passport } = parsed
  const { ppt } = passport
  const refused = whyNotFetched(deps, header, passport, call)
  if (refused) return { ok: false, reason: refused, ppt }
  const credential = await deps.credential(passport.x5u, signal)
  if (!credential) return { ok: false, reason: 'certificate-unavailable', ppt }
  if (!credential.ok) return { ok: false, reason: credential.reason, ppt }
  const { signer } = credential
  const signed = `${token.protectedHeader}.${token.payload}`
  if (!verifyEs256(credential.key, signed, header.signature)) {
    return { ok: false, reason: 'signature', ppt, signer }
  }
  const reason = whyNot(credential.path, authorityFor(passport), [passport.iat * 1_000, call.nowMs])
  if (reason) return { ok: false, reason, ppt, signer }
  return { ok: true, passport, signer, name: `${signed}.${signatureName(header.signature)}` }
}

/** The parts that were signed; those that the compact form leaves out come from the call itself (RFC 8224 §6.2, step 2). */
function complete(
  header: IdentityHeader,
  call: ClaimedCall,
): Pick<IdentityHeader, 'protectedHeader' | 'payload'> | undefined {
  if (header.payload !== '') return header
  const iat = call.date === undefined ? undefined : parseSipDate(call.date)
  const { from, to } = call
  if (iat === undefined || from === undefined || to === undefined || header.ppt !== undefined)
    return undefined
  return rebuildPassport({ x5u: header.info, iat, orig: from, dest: to })
}

/** Everything that can be told without the certificate: nobody makes us fetch one for a call that fails anyway. */
function whyNotFetched(
  { freshnessMs }: ExamineDeps,
  header: IdentityHeader,
  passport: Passport,
  call: ClaimedCall,
): IdentityReason | undefined {
  if (header.alg !== undefined && header.alg !== 'ES256') return 'algorithm'
  if (header.ppt !== passport.ppt && header.ppt !== undefined) return 'malformed'
  const url = URL.parse(passport.x5u)
  if (url?.protocol !== 'https:' || header.info !== passport.x5u) return 'certificate-address'
  // RFC 8224 §6.2, step 4: where both are there, `iat` counts and not the Date header.
  const ageMs = call.nowMs - passport.iat * 1_000
  if (ageMs > freshnessMs) return 'stale'
  if (ageMs < -freshnessMs) return 'future'
  const isCaller = passport.orig !== undefined && passport.orig === call.from
  return isCaller ? undefined : 'caller-mismatch'
}

/** Whose number the signer must be entitled to: the caller's; with `div` that of whoever diverted the call (RFC 8946 §5). */
function authorityFor(passport: Passport): string {
  return passport.divertedFrom ?? passport.orig ?? ''
}

type Good = Extract<Examined, { ok: true }>

/**
 * Whether a PASSporT speaks of a call to `to`: it names that number, or `div` PASSporTs lead there from one that it names, each
 * signed for whoever diverted (RFC 8946 §6).
 *
 * @returns The number that was first called, `to` itself when nobody diverted the call.
 */
export function reaches(passport: Passport, to: string, others: readonly Good[]): string | undefined {
  let target = to
  const left = others.filter((other) => other.passport.ppt === 'div').map((other) => other.passport)
  while (!passport.dest.includes(target)) {
    const step = left.findIndex(({ dest }) => dest.includes(target))
    const [diversion] = step < 0 ? [] : left.splice(step, 1)
    if (diversion?.divertedFrom === undefined) return undefined
    target = diversion.divertedFrom
  }
  return target
}
