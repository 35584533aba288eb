import { dialogId } from '@voxkeep/wire/dialog'
import { createResponse, parseCSeq, type SipRequest, type SipResponse } from '@voxkeep/wire/sip'
import { transactionLayer, type ServerTransaction } from '@voxkeep/wire/transaction'
import type { SoftphoneClock } from './clock.ts'
import {
  allowedMethods,
  OutgoingCall,
  type CallDeps,
  type CallHandlers,
  type CallSetup,
} from './outgoing-call.ts'
import { connectSip, type ConnectionOptions, type SipConnection, type TlsFacts } from './sip-connection.ts'
import { freshToken, hostPort } from './sip-names.ts'

/** A TLS connection to the gateway and all calls on it. */
export interface SipTrunk {
  readonly tls: TlsFacts
  readonly local: { readonly address: string; readonly port: number }
  /** Places a call; what becomes of it is told to `handlers`, never before this returns. */
  call(setup: CallSetup, handlers: CallHandlers): OutgoingCall
  /** Ends the connection; calls that are still up end as `connection-lost`. */
  close(): void
}

const openTransactions = 10_000 // a load generator's own; beyond, the gateway under test is answered 503
const keepAliveMs = 30_000 // well under the two minutes after which carriers and NATs drop what is idle

/** Rejects with `SoftphoneError` `SOFTPHONE_CONNECT` when there is no verified TLS connection. */
export async function openTrunk(options: ConnectionOptions, clock: SoftphoneClock): Promise<SipTrunk> {
  const tracked = new Map<string, OutgoingCall>()
  const open = new Set<OutgoingCall>()
  const layer = transactionLayer<SipConnection>({
    timers: clock,
    send: (connection, message) => connection.send(message),
    branch: () => `z9hG4bK${freshToken()}`,
    onRequest: (transaction) => dispatch(tracked, transaction),
    onAck() {}, // of our 2xx to a re-INVITE: the transaction layer has taken note
    onStrayResponse: (response) => acknowledgeAgain(tracked, response),
    limit: openTransactions,
  })
  let stopKeepAlive: (() => void) | undefined
  const lost = () => {
    stopKeepAlive?.()
    for (const call of open) call.connectionLost()
  }
  const connection = await connectSip(options, {
    onMessage: (from, message) => layer.receive(from, message),
    onLost(from) {
      layer.transportFailed(from)
      lost()
    },
  })
  stopKeepAlive = repeat(clock, keepAliveMs, () => connection.ping())
  const { tls, local } = connection
  const viaHost = hostPort(local.address, local.port)
  const deps: CallDeps = {
    contact: `<sip:softphone@${viaHost};transport=tls>`,
    request: (request, handlers) => layer.request(connection, request, viaHost, handlers),
    sendAck: (request: SipRequest) => layer.sendAck(connection, request, viaHost),
    track: (key, call) => void tracked.set(key, call),
    untrack: (key) => void tracked.delete(key),
  }
  return {
    tls,
    local,
    call(setup, handlers) {
      const onEnded: CallHandlers['onEnded'] = (end) => {
        open.delete(call)
        handlers.onEnded(end)
      }
      const call = new OutgoingCall(deps, setup, { ...handlers, onEnded })
      open.add(call)
      call.start()
      return call
    },
    close() {
      connection.close()
      lost()
      layer.close()
    },
  }
}

function dispatch(
  tracked: ReadonlyMap<string, OutgoingCall>,
  transaction: ServerTransaction<SipConnection>,
): void {
  const { request } = transaction
  const call = tracked.get(dialogId(request, 'uas'))
  if (call !== undefined) return call.receive(transaction)
  transaction.respond(refusal(request))
}

/** What a request outside every call gets: this phone only places calls. */
function refusal(request: SipRequest): SipResponse {
  const inDialog = /;\s*tag=/i.test(request.headers.get('To') ?? '')
  if (inDialog) return createResponse(request, 481)
  const headers = [['Allow', allowedMethods] as const]
  const status = request.method === 'OPTIONS' ? 200 : request.method === 'INVITE' ? 486 : 405
  return createResponse(request, status, undefined, { toTag: freshToken(), headers })
}

function acknowledgeAgain(tracked: ReadonlyMap<string, OutgoingCall>, response: SipResponse): void {
  const method = parseCSeq(response.headers.get('CSeq') ?? '')?.method
  if (method !== 'INVITE' || response.status < 200 || response.status > 299) return
  const key = dialogId(response, 'uac')
  tracked.get(key)?.acknowledgeAgain(key)
}

function repeat(clock: SoftphoneClock, everyMs: number, run: () => void): () => void {
  let cancel: (() => void) | undefined
  const arm = () => {
    cancel = clock.set(everyMs, () => {
      run()
      arm()
    })
  }
  arm()
  return () => cancel?.()
}
