import type { SipRequest, SipResponse } from '@voxkeep/wire/sip'
import type { OpenClient } from './client-transaction.ts'
import { withVia } from './derived-requests.ts'
import { clientKey, inviteKey } from './matching.ts'
import { OpenInviteClient } from './open-invite-client.ts'
import { OpenNonInviteClient } from './open-non-invite-client.ts'
import { TransactionError } from './transaction-error.ts'
import type { ClientHandlers, ClientTransaction, Flow, TransactionDeps } from './types.ts'

export interface ClientSide<F extends Flow> {
  receive(flow: F, response: SipResponse): void
  request(flow: F, request: SipRequest, viaHost: string, handlers: ClientHandlers): ClientTransaction
  sendAck(flow: F, ack: SipRequest, viaHost: string): void
  transportFailed(flow: F): void
  readonly size: number
  close(): void
}

/** A CANCEL's own answer says nothing: the INVITE's does. */
const unheard: ClientHandlers = { onFinal() {}, onTimeout() {}, onTransportError() {} }

export function clientSide<F extends Flow>(deps: TransactionDeps<F>): ClientSide<F> {
  const open = new Map<string, OpenClient<F>>()
  const invites = new Map<string, OpenClient<F>>()

  function openClient(flow: F, request: SipRequest, handlers: ClientHandlers): OpenClient<F> {
    const key = clientKey(request)
    if (key === undefined) throw new TransactionError('a request has no CSeq or no branch')
    const acknowledged = inviteKey(request)
    const onEnd = (): void => {
      open.delete(key)
      if (invites.get(acknowledged) === client) invites.delete(acknowledged)
    }
    const { timers, send } = deps
    const parts = { timers, flow, request, handlers, send, onEnd }
    const isInvite = request.method === 'INVITE'
    const client = isInvite ? new OpenInviteClient({ ...parts, sendCancel }) : new OpenNonInviteClient(parts)
    open.set(key, client)
    if (isInvite) invites.set(acknowledged, client)
    return client
  }
  function sendCancel(flow: F, cancel: SipRequest): void {
    openClient(flow, cancel, unheard).begin()
  }
  function all(): OpenClient<F>[] {
    return [...open.values()]
  }
  return {
    receive(flow, response) {
      const client = open.get(clientKey(response) ?? '')
      if (client === undefined) deps.onStrayResponse(response, flow)
      else client.receive(response)
    },
    request(flow, request, viaHost, handlers) {
      if (request.method === 'ACK' || request.method === 'CANCEL') {
        throw new TransactionError('an ACK or CANCEL belongs to another transaction')
      }
      const client = openClient(flow, withVia(request, flow, viaHost, deps.branch()), handlers)
      client.begin()
      return client.transaction
    },
    sendAck(flow, ack, viaHost) {
      const sent = withVia(ack, flow, viaHost, deps.branch())
      invites.get(inviteKey(ack))?.keepAck(sent, flow)
      deps.send(flow, sent)
    },
    transportFailed(flow) {
      for (const client of all()) if (client.flow.id === flow.id) client.transportFailed()
    },
    get size() {
      return open.size
    },
    close() {
      for (const client of all()) client.close()
    },
  }
}
