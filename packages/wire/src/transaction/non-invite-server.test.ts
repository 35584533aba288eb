import assert from 'node:assert/strict'
import {
  nonInviteServer,
  type NonInviteServerAction,
  type NonInviteServerEvent,
  type NonInviteServerState,
} from './non-invite-server.ts'
import { received, respondTo, type Bench } from './test-bench.ts'
import { walkTable, type Subject } from './walk-table.test.ts'

const options = received('OPTIONS')

function ask(bench: Bench): Subject {
  bench.layer.receive(bench.flow, options)
  const [transaction] = bench.requests
  assert.ok(transaction)
  return { bench, state: () => transaction.state }
}

function respond({ bench }: Subject, status: number): void {
  bench.requests[0]?.respond(respondTo(options, status))
}

function after(status: number): (bench: Bench) => Subject {
  return (bench) => {
    const subject = ask(bench)
    respond(subject, status)
    return subject
  }
}

const sent: Partial<Record<NonInviteServerEvent, string>> = {
  sendProvisional: 'send 183',
  sendSuccess: 'send 202',
  sendFailure: 'send 404',
}

function effect(action: NonInviteServerAction, event: NonInviteServerEvent, state: string): string {
  switch (action) {
    case 'send':
      return sent[event] ?? 'nothing to send'
    case 'resend':
      return state === 'proceeding' ? 'send 100' : 'send 486'
    case 'startTimerJ':
      return 'timer 32000'
    case 'reportOk':
      return 'end ok'
    case 'reportTransport':
      return 'end transport'
  }
}

walkTable<NonInviteServerState, NonInviteServerEvent, NonInviteServerAction>({
  name: 'nonInviteServer',
  table: nonInviteServer,
  reach: { trying: ask, proceeding: after(100), completed: after(486), terminated: undefined },
  cause: {
    timerJ: 32_000,
    retransmission: ({ bench }) => bench.layer.receive(bench.flow, options),
    sendProvisional: (subject) => respond(subject, 183),
    sendSuccess: (subject) => respond(subject, 202),
    sendFailure: (subject) => respond(subject, 404),
    transportError: ({ bench }) => bench.layer.transportFailed(bench.flow),
  },
  effect,
})
