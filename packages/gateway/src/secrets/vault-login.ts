import { readFileSync } from 'node:fs'
import { Secret } from '#kernel'
import type { Outcome, VaultAddress, VaultCall, VaultDeps } from './vault-client.ts'

export type VaultAuth =
  | { readonly method: 'token'; readonly token: string }
  | { readonly method: 'approle'; readonly mount: string; readonly roleId: string; readonly secretId: string }
  | { readonly method: 'kubernetes'; readonly mount: string; readonly role: string; readonly jwtFile: string }

export type TokenAnswer =
  | { readonly ok: true; readonly token: Secret<string> }
  | (Outcome & { readonly ok: false })

/** The token of one client: got when it is needed, renewed at two thirds of its lease, given back at the end. */
export interface VaultLogin extends AsyncDisposable {
  token(timeoutMs: number): Promise<TokenAnswer>
  /** Forgets a token that was refused. False when asking again would give the same one. */
  drop(token: Secret<string>): boolean
}

type Ask = (call: VaultCall, token: Secret<string> | undefined, timeoutMs: number) => Promise<Outcome>

interface Held {
  readonly token: Secret<string>
  readonly isOurs: boolean
}

const renewTimeoutMs = 5_000
const renewAgainMs = 10_000
const maxRenewalMs = 24 * 60 * 60_000 // a timer cannot count the weeks that a lease may have

export function vaultLogin({ auth }: VaultAddress, deps: VaultDeps, ask: Ask): VaultLogin {
  const lease = tokenLease(deps, auth.method, ask)
  let pending: Promise<TokenAnswer> | undefined
  const enter = async (timeoutMs: number): Promise<TokenAnswer> => {
    if (auth.method === 'token') return enterWithToken(deps.readSecret(auth.token), lease, ask, timeoutMs)
    const answer = await ask(loginCall(auth, deps), undefined, timeoutMs)
    if (!answer.ok) {
      deps.log.warn('the key service refuses our login', { method: auth.method, status: answer.status })
      // 400 is its answer to a role or a secret that it does not know.
      return answer.why === 'invalid' ? { ...answer, why: 'refused' } : answer
    }
    const { client_token: token, lease_duration: leaseS, renewable } = answer.data
    if (typeof token !== 'string' || token === '')
      return { ok: false, why: 'unavailable', errors: [], sent: true }
    return lease.hold({ token: new Secret(token), isOurs: true }, secondsIn(leaseS), renewable === true)
  }
  return {
    async token(timeoutMs) {
      if (lease.held) return { ok: true, token: lease.held.token }
      pending ??= attempt(enter, timeoutMs).finally(() => (pending = undefined))
      return pending
    },
    drop(token) {
      if (lease.held?.token === token) lease.forget()
      return auth.method !== 'token' || deps.readSecret(auth.token).reveal() !== token.reveal()
    },
    async [Symbol.asyncDispose]() {
      const own = lease.held
      lease.close()
      const call = { method: 'POST', path: 'auth/token/revoke-self', body: {} } as const
      if (own?.isOurs) await ask(call, own.token, renewTimeoutMs)
    },
  }
}

async function enterWithToken(
  token: Secret<string>,
  lease: TokenLease,
  ask: Ask,
  timeoutMs: number,
): Promise<TokenAnswer> {
  const answer = await ask({ method: 'GET', path: 'auth/token/lookup-self' }, token, timeoutMs)
  const own = { token, isOurs: false }
  if (answer.ok) return lease.hold(own, secondsIn(answer.data['ttl']), answer.data['renewable'] === true)
  // A token without the default policy may not look at itself, and may be good all the same: what it is for will tell.
  return answer.why === 'refused' ? lease.hold(own, 0, false) : answer
}

type TokenLease = ReturnType<typeof tokenLease>

/** Holds one token, and renews it at two thirds of its lease. */
function tokenLease({ clock, log }: VaultDeps, method: VaultAuth['method'], ask: Ask) {
  let held: Held | undefined
  let cancelRenewal = () => {}
  let isClosed = false
  const forget = () => {
    cancelRenewal()
    held = undefined
  }
  const renewIn = (delayMs: number, isRenewable: boolean) => {
    if (!isClosed) cancelRenewal = clock.set(delayMs, () => void renew(isRenewable).catch(() => {}))
  }
  const renew = async (isRenewable: boolean) => {
    const own = held
    if (own === undefined) return
    if (!isRenewable) return own.isOurs ? forget() : undefined // the next call logs in anew
    const call = { method: 'POST', path: 'auth/token/renew-self', body: {} } as const
    const answer = await ask(call, own.token, renewTimeoutMs)
    if (held !== own) return
    const leaseS = answer.ok ? secondsIn(answer.data['lease_duration']) : 0
    if (answer.ok && leaseS > 0) renewIn(twoThirdsMs(leaseS), answer.data['renewable'] === true)
    else if (!answer.ok && answer.why === 'unavailable') renewIn(renewAgainMs, isRenewable)
    else {
      log.warn('the token for the key service cannot be renewed', { method })
      if (own.isOurs) forget()
    }
  }
  return {
    get held() {
      return held
    },
    forget,
    hold(own: Held, leaseS: number, isRenewable: boolean): TokenAnswer {
      forget()
      if (isClosed) return { ok: false, why: 'unavailable', errors: [] }
      held = own
      if (leaseS > 0) renewIn(twoThirdsMs(leaseS), isRenewable)
      return { ok: true, token: own.token }
    },
    close() {
      isClosed = true
      forget()
    },
  }
}

/** A secret or a file that cannot be read is no exception here: we cannot log in. */
async function attempt(
  enter: (timeoutMs: number) => Promise<TokenAnswer>,
  timeoutMs: number,
): Promise<TokenAnswer> {
  try {
    return await enter(timeoutMs)
  } catch {
    return { ok: false, why: 'refused', errors: [], sent: false }
  }
}

function loginCall(auth: Exclude<VaultAuth, { method: 'token' }>, deps: VaultDeps): VaultCall {
  const path = `auth/${auth.mount}/login`
  if (auth.method === 'approle')
    return {
      method: 'POST',
      path,
      body: { role_id: auth.roleId, secret_id: deps.readSecret(auth.secretId).reveal() },
    }
  // Read for each login: the kubelet replaces the file long before the token in it expires.
  return { method: 'POST', path, body: { role: auth.role, jwt: readFileSync(auth.jwtFile, 'utf8').trim() } }
}

function twoThirdsMs(leaseS: number): number {
  return Math.min((leaseS * 1_000 * 2) / 3, maxRenewalMs)
}

function secondsIn(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}
