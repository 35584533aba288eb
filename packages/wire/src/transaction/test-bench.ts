import {
  createRequest,
  createResponse,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '@voxkeep/wire/sip'
import { fakeTimers } from './fake-timers.ts'
import { transactionLayer, type TransactionLayer } from './layer.ts'
import type { ClientHandlers, ServerTransaction, TransactionDeps } from './types.ts'

export interface TestFlow {
  readonly id: string
  readonly reliable: boolean
}

export interface Bench {
  readonly flow: TestFlow
  readonly layer: TransactionLayer<TestFlow>
  readonly timers: ReturnType<typeof fakeTimers>
  /** Everything that happened: `send 200`, `timer 500`, `request INVITE`, `ack`, `stray 200`, and handlers by name. */
  readonly log: string[]
  readonly sent: SipMessage[]
  readonly requests: ServerTransaction<TestFlow>[]
  readonly handlers: ClientHandlers
  /** Makes the next sends throw. */
  failSends(failing: boolean): void
  /** The log since the last look, without timers. */
  look(): string[]
}

function label(message: SipMessage): string {
  return message.kind === 'request' ? message.method : String(message.status)
}

/** A transaction layer between a fake clock and a log. */
export function bench(o: { reliable?: boolean; limit?: number } = {}): Bench {
  const log: string[] = []
  const sent: SipMessage[] = []
  const requests: ServerTransaction<TestFlow>[] = []
  const timers = fakeTimers((delayMs) => log.push(`timer ${delayMs}`))
  let branches = 0
  let failing = false
  const deps: TransactionDeps<TestFlow> = {
    timers,
    limit: o.limit ?? 100,
    branch: () => `z9hG4bKours${(branches += 1)}`,
    send(_flow, message) {
      if (failing) throw new Error('no connection')
      log.push(`send ${label(message)}`)
      sent.push(message)
    },
    onRequest(transaction) {
      log.push(`request ${transaction.request.method}`)
      transaction.onEnd = (why) => log.push(`end ${why}`)
      requests.push(transaction)
    },
    onAck: () => log.push('ack'),
    onStrayResponse: (response) => log.push(`stray ${response.status}`),
  }
  const handlers: ClientHandlers = {
    onProvisional: (response) => log.push(`provisional ${response.status}`),
    onFinal: (response) => log.push(`final ${response.status}`),
    onTimeout: () => log.push('timeout'),
    onTransportError: () => log.push('transport error'),
  }
  return {
    flow: { id: 'flow', reliable: o.reliable ?? false },
    layer: transactionLayer(deps),
    timers,
    log,
    sent,
    requests,
    handlers,
    failSends(next) {
      failing = next
    },
    look: () => log.splice(0).filter((entry) => !entry.startsWith('timer ')),
  }
}

type Changes = Readonly<Record<string, string | undefined>>

/** A request of ours, without Via; a header given as `undefined` is left out. */
export function request(method: string, changes: Changes = {}): SipRequest {
  const headers: Record<string, string | undefined> = {
    'Max-Forwards': '70',
    From: '<sip:caller@example.com>;tag=from',
    To: '<sip:callee@example.com>',
    'Call-ID': 'call@example.com',
    CSeq: `1 ${method}`,
    Contact: '<sip:caller@192.0.2.1>',
    ...changes,
  }
  return createRequest({
    method,
    uri: 'sip:callee@example.com',
    headers: Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  })
}

/** A request of the peer's. */
export function received(method: string, changes: Changes = {}): SipRequest {
  return request(method, { Via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKtheirs', ...changes })
}

export function respondTo(request: SipRequest, status: number, toTag = 'to'): SipResponse {
  return createResponse(request, status, undefined, { toTag })
}
