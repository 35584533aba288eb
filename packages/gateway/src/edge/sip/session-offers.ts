import { glareDelayMs, refreshTarget } from '@voxkeep/wire/dialog'
import type { SipResponse } from '@voxkeep/wire/sip'
import { wait } from '#kernel'
import type { DialogLeg } from './dialog-leg.ts'
import { EdgeError } from './edge-error.ts'
import { capabilitiesOf } from './own-headers.ts'
import type { Outcome, RequestParts } from './peers.ts'
import { retryAfterMs } from './retry-after.ts'
import { sdpHeader } from './sdp-body.ts'
import { sdpAfter } from './session-version.ts'

export interface SessionOffers {
  /** A request of ours that carries an offer is under way: an offer of the peer meets 491. */
  readonly isOpen: boolean
  reoffer(sdp: string): Promise<Uint8Array>
  /** Refreshes the session with these headers and changes nothing about it (RFC 4028 §7.4). Never rejects. */
  refresh(headers: readonly (readonly [string, string])[], isDue: () => boolean): Promise<Outcome>
}

const maxWaiting = 8 // offers of one leg in line; its call makes one after the other
const maxRetryAfterMs = 10_000 // RFC 3261 §14.2: what a peer asks for that is busy with an INVITE of its own
const maxGlares = 6 // two peers that collide more often than that do not do it by chance

/** The offers that we make within a session, one at a time. */
export function sessionOffers(leg: DialogLeg): SessionOffers {
  const { peers } = leg.deps
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let isOpen = false

  /** RFC 3261 §14.1: no INVITE while another of the dialog is under way, whoever sent it. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    waiting += 1
    const turn = last.then(() => leg.whenAcknowledged()).then(work)
    last = turn.catch(() => {})
    try {
      return await turn
    } finally {
      waiting -= 1
    }
  }

  async function send(method: 'INVITE' | 'UPDATE', parts: RequestParts): Promise<Outcome> {
    isOpen = parts.body !== undefined
    const outcome = await peers.request(leg, method, parts).finally(() => (isOpen = false))
    const success = successOf(outcome)
    if (success === undefined) return outcome
    refreshTarget(leg.dialog, success)
    leg.learn(success)
    if (method === 'INVITE' && outcome.kind === 'response') peers.ack(leg, outcome.connection, success)
    if (leg.state === 'confirmed') leg.keeper.renewed(success)
    return outcome
  }

  /** Sends an offer that no answer of ours has overtaken. */
  async function offer(sdp: string): Promise<{ sent: Uint8Array; outcome: Outcome }> {
    const method = methodFor(leg)
    const sent = new TextEncoder().encode(sdpAfter(sdp, leg.localSdp))
    const headers = [...leg.keeper.headers(), ...capabilitiesOf(leg.trunk), sdpHeader]
    return { sent, outcome: await send(method, { headers, body: sent }) }
  }

  async function reoffer(sdp: string): Promise<Uint8Array> {
    if (waiting >= maxWaiting) throw new EdgeError('EDGE_REFUSED', 'too many offers wait for their turn')
    for (let glares = 0; ; glares += 1) {
      const { sent, outcome } = await untilOver(
        leg.signal,
        inTurn(() => offer(sdp)),
      )
      const success = successOf(outcome)
      if (success !== undefined) {
        if (!hasAnswer(success)) throw new EdgeError('EDGE_REFUSED', 'the peer gave no answer to the offer')
        leg.keepSdp(new TextDecoder().decode(sent))
        return new Uint8Array(success.body)
      }
      const delayMs = glares < maxGlares ? againAfterMs(leg, outcome) : undefined
      if (delayMs === undefined) throw refused(leg, outcome)
      await wait(leg.deps.clock, delayMs, leg.signal)
    }
  }

  return {
    get isOpen() {
      return isOpen
    },
    reoffer,
    refresh: (headers, isDue) =>
      inTurn(async () => {
        if (leg.state !== 'confirmed' || !isDue()) return { kind: 'unreachable' }
        // UPDATE where the peer takes it, for it touches no media; else a re-INVITE with the same SDP.
        if (leg.peerAllows('UPDATE'))
          return await send('UPDATE', { headers: [...headers, ...capabilitiesOf(leg.trunk)] })
        const all = [...headers, ...capabilitiesOf(leg.trunk), sdpHeader]
        return await send('INVITE', { headers: all, body: leg.localSdp })
      }),
  }
}

function methodFor(leg: DialogLeg): 'INVITE' | 'UPDATE' {
  if (leg.state === 'confirmed') return 'INVITE'
  // RFC 3311 §5.1: in an early dialog only once a first offer was answered.
  if (leg.state === 'early' && leg.opening.hasEarlySession && leg.peerAllows('UPDATE')) return 'UPDATE'
  throw new EdgeError('EDGE_LEG_OVER', 'the leg has no session that could be changed')
}

function successOf(outcome: Outcome): SipResponse | undefined {
  if (outcome.kind !== 'response') return undefined
  const { response } = outcome
  return response.status >= 200 && response.status < 300 ? response : undefined
}

function hasAnswer(success: SipResponse): boolean {
  return success.body.length > 0
}

/** When to try an offer again that met another of the peer's (RFC 3261 §14.1, §14.2); `undefined` for a real refusal. */
function againAfterMs(leg: DialogLeg, outcome: Outcome): number | undefined {
  if (outcome.kind !== 'response') return undefined
  const { response } = outcome
  if (response.status === 491) return glareDelayMs(leg.ownsCallId, leg.deps.chance)
  const askedMs = response.status === 500 ? retryAfterMs(response) : undefined
  return askedMs !== undefined && askedMs <= maxRetryAfterMs ? askedMs : undefined
}

/** What to tell the caller; ends the leg when the peer does not know it any more (RFC 3261 §12.2.1.2). */
function refused(leg: DialogLeg, outcome: Outcome): EdgeError {
  const status = outcome.kind === 'response' ? outcome.response.status : undefined
  if (status === 481 || status === 408 || outcome.kind === 'timeout') void leg.bye('connection-lost')
  if (outcome.kind === 'unreachable')
    return new EdgeError('EDGE_PEER_UNREACHABLE', 'the peer cannot be reached')
  return new EdgeError('EDGE_REFUSED', 'the peer refused the offer', status === undefined ? {} : { status })
}

/** What `work` gives, or the end of the leg if that comes first: the response to a request may take half a minute more. */
function untilOver<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = () => reject(signal.reason as EdgeError)
    if (signal.aborted) over()
    signal.addEventListener('abort', over, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', over))
  })
}
