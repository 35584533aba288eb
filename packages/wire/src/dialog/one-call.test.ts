import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { createResponse, parseSip, serializeSip, type SipMessage, type SipRequest } from '@voxkeep/wire/sip'
import { transactionLayer, type ClientHandlers, type TransactionLayer } from '@voxkeep/wire/transaction'
import { uacDialog, uasDialog, type Dialog } from './dialog.ts'
import { dialogId, dialogKey } from './dialog-id.ts'
import { receiveInDialog } from './receive.ts'
import { ackFor, dialogRequest } from './requests.ts'
import { invite } from './test-messages.ts'

interface Link {
  readonly id: string
  readonly reliable: boolean
}

/** A clock of its own, for this test reaches the transaction layer only through its door. */
function clock() {
  const pending = new Set<{ atMs: number; fire: () => void }>()
  let nowMs = 0
  return {
    set(delayMs: number, fire: () => void): () => void {
      const timer = { atMs: nowMs + delayMs, fire }
      pending.add(timer)
      return () => void pending.delete(timer)
    },
    /** Runs until nothing is left to do. */
    runOut(): void {
      for (;;) {
        const [first] = [...pending].sort((a, b) => a.atMs - b.atMs)
        if (first === undefined) return
        pending.delete(first)
        nowMs = first.atMs
        first.fire()
      }
    },
  }
}

const contact = '<sip:me@192.0.2.1>'

class Party {
  readonly log: string[] = []
  readonly dialogs = new Map<string, Dialog>()
  readonly layer: TransactionLayer<Link>

  constructor(name: string, timers: ReturnType<typeof clock>, send: (message: SipMessage) => void) {
    let branches = 0
    this.layer = transactionLayer<Link>({
      timers,
      limit: 10,
      branch: () => `z9hG4bK${name}${(branches += 1)}`,
      send: (_link, message) => send(message),
      onAck: (ack) => void this.log.push(this.dialogs.has(dialogId(ack, 'uas')) ? 'ACK' : 'stray ACK'),
      onStrayResponse: (response) => void this.log.push(`stray ${response.status}`),
      onRequest: (transaction) => transaction.respond(this.#answer(transaction.request)),
    })
  }

  #answer(request: SipRequest) {
    this.log.push(request.method)
    if (request.method === 'INVITE') {
      const dialog = uasDialog(request, 'callee')
      assert.ok(dialog)
      this.dialogs.set(dialogKey(dialog), dialog)
      return createResponse(request, 200, undefined, { toTag: 'callee', headers: [['Contact', contact]] })
    }
    const dialog = this.dialogs.get(dialogId(request, 'uas'))
    if (dialog === undefined) return createResponse(request, 481, undefined, { toTag: 'none' })
    const received = receiveInDialog(dialog, request)
    return createResponse(request, received.ok ? 200 : received.status)
  }
}

const link: Link = { id: 'link', reliable: false }

function callAndHangUp(losses: readonly boolean[]): { caller: Party; callee: Party } {
  const timers = clock()
  const lost = losses.values()
  const carry = (to: () => Party) => (message: SipMessage) => {
    if (lost.next().value === true) return
    const parsed = parseSip(serializeSip(message))
    assert.ok(parsed.ok)
    timers.set(10, () => to().layer.receive(link, parsed.message))
  }
  const caller: Party = new Party(
    'caller',
    timers,
    carry(() => callee),
  )
  const callee: Party = new Party(
    'callee',
    timers,
    carry(() => caller),
  )
  const request = invite({ Via: undefined })
  const handlers = (onFinal: ClientHandlers['onFinal']): ClientHandlers => ({
    onFinal,
    onTimeout: () => void caller.log.push('timeout'),
    onTransportError: () => void caller.log.push('transport error'),
  })
  caller.layer.request(
    link,
    request,
    'caller.example.com',
    handlers((response) => {
      caller.log.push(`INVITE ${response.status}`)
      const dialog = uacDialog(request, response)
      assert.ok(dialog)
      caller.layer.sendAck(link, ackFor(dialog, 10, { contact }), 'caller.example.com')
      const bye = dialogRequest(dialog, 'BYE', { contact })
      const hungUp = handlers((last) => void caller.log.push(`BYE ${last.status}`))
      timers.set(10_000, () => void caller.layer.request(link, bye, 'caller.example.com', hungUp))
    }),
  )
  timers.runOut()
  return { caller, callee }
}

test('a call is made and ended over a network that loses messages, each step taken once', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 6 }), (losses) => {
      const { caller, callee } = callAndHangUp(losses)
      assert.deepEqual(caller.log, ['INVITE 200', 'BYE 200'])
      assert.deepEqual(callee.log.toSorted(), ['ACK', 'BYE', 'INVITE'])
      assert.equal(caller.layer.size + callee.layer.size, 0)
    }),
  )
})
