import { readFileSync } from 'node:fs'
import { wait, type Clock, type Log, type Secret, type TlsFiles } from '#kernel'
import { httpsJson, type HttpsJson, type JsonRequest, type ServiceTls } from './https-json.ts'
import { vaultLogin, type VaultAuth, type VaultLogin } from './vault-login.ts'

/** Where a Vault or OpenBao is, and how we prove ourselves to it. */
export interface VaultAddress {
  readonly url: string
  readonly namespace?: string | undefined
  readonly caFile?: string | undefined
  readonly clientCertificate?: TlsFiles | undefined
  readonly auth: VaultAuth
  /** For one call with all its attempts. */
  readonly timeoutMs: number
}

export interface VaultDeps {
  readonly clock: Clock
  readonly log: Log
  /** Follows references that need no Vault: `file:`, `env:`, `credential:`. */
  readonly readSecret: (reference: string) => Secret<string>
}

export interface VaultCall {
  readonly method: JsonRequest['method']
  /** Below `/v1/`. */
  readonly path: string
  readonly body?: unknown
  /** May not be done twice: asked again only where the server cannot have seen it. */
  readonly once?: boolean
}

/**
 * `unavailable`: no answer, sealed, overloaded, broken. `refused`: denied, or we cannot log in. `invalid`: the server found fault with
 * what was asked; its words are in `errors`, for comparing and never for showing.
 */
export type VaultAnswer =
  | { readonly ok: true; readonly data: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false
      readonly why: 'unavailable' | 'refused' | 'not-found' | 'invalid'
      readonly status?: number
      readonly errors: readonly string[]
    }

/** Speaks to a Vault or OpenBao server; logs in when it has to, keeps its token alive, and tries again within the time limit. */
export interface VaultClient extends AsyncDisposable {
  call(call: VaultCall): Promise<VaultAnswer>
}

const attempts = 3
const backoffMs = 150

export function vaultClient(address: VaultAddress, deps: VaultDeps): VaultClient {
  const http = httpsJson({ url: address.url, clock: deps.clock, tls: () => readTls(address) })
  const login = vaultLogin(address, deps, (call, token, timeoutMs) =>
    exchange(http, address, call, token, timeoutMs),
  )
  return {
    call: (call) => callUntil(address, deps.clock, http, login, call),
    async [Symbol.asyncDispose]() {
      await login[Symbol.asyncDispose]()
      http[Symbol.dispose]()
    },
  }
}

/** Read anew each time: a few requests a minute at most, and renewed files count at once. */
function readTls({ caFile, clientCertificate }: VaultAddress): ServiceTls {
  return {
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    ...(clientCertificate && {
      cert: readFileSync(clientCertificate.certFile, 'utf8'),
      key: readFileSync(clientCertificate.keyFile, 'utf8'),
    }),
  }
}

async function callUntil(
  address: VaultAddress,
  clock: Clock,
  http: HttpsJson,
  login: VaultLogin,
  call: VaultCall,
): Promise<VaultAnswer> {
  const endMs = clock.monotonicMs() + address.timeoutMs
  const leftMs = () => Math.max(1, endMs - clock.monotonicMs())
  let answer: Outcome = unavailable
  let mayLogInAgain = true
  for (let attempt = 1; attempt <= attempts && clock.monotonicMs() < endMs; attempt++) {
    if (attempt > 1) await wait(clock, Math.min(leftMs(), backoffMs * 4 ** (attempt - 2)))
    const token = await login.token(leftMs())
    if (!token.ok) answer = token
    else answer = await exchange(http, address, call, token.token, leftMs())
    if (!answer.ok && answer.status === 403 && token.ok && mayLogInAgain) {
      mayLogInAgain = false // our token may have expired or been revoked: one new one tells
      if (login.drop(token.token)) attempt--
      else return answer
    } else if (answer.ok || answer.why !== 'unavailable' || (call.once && answer.sent)) return answer
  }
  return answer
}

/** An answer, and where there is none, whether the server may have acted. */
export type Outcome = VaultAnswer & { readonly sent?: boolean }

const unavailable: Outcome = { ok: false, why: 'unavailable', errors: [], sent: false }

async function exchange(
  http: HttpsJson,
  { namespace }: VaultAddress,
  call: VaultCall,
  token: Secret<string> | undefined,
  timeoutMs: number,
): Promise<Outcome> {
  const answer = await http.exchange({
    method: call.method,
    path: `/v1/${call.path}`,
    headers: {
      'x-vault-request': 'true', // a listener may insist on it
      ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      ...(token && { 'x-vault-token': token.reveal() }),
    },
    ...(call.body !== undefined && { body: call.body }),
    timeoutMs,
  })
  return answer.ok ? outcomeOf(answer.status, answer.body) : { ...unavailable, sent: answer.sent }
}

/** What the status codes mean: 412, 429, 472, 473 and 5xx pass; a redirect leads to where we were not told to go. */
function outcomeOf(status: number, body: unknown): Outcome {
  const { data, auth, errors } = isRecord(body) ? body : {}
  if (status >= 200 && status < 300)
    return { ok: true, data: isRecord(auth) ? auth : isRecord(data) ? data : {} }
  const words = Array.isArray(errors) ? errors.filter((error) => typeof error === 'string') : []
  return { ok: false, why: failureOf(status), status, errors: words, sent: true }
}

function failureOf(status: number): 'unavailable' | 'refused' | 'not-found' | 'invalid' {
  if (status === 400 || status === 405) return 'invalid'
  if (status === 401 || status === 403) return 'refused'
  return status === 404 ? 'not-found' : 'unavailable'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
