import assert from 'node:assert/strict'
import {
  inviteServer,
  type InviteServerAction,
  type InviteServerEvent,
  type InviteServerState,
} from './invite-server.ts'
import { received, respondTo, type Bench } from './test-bench.ts'
import { walkTable, type Subject } from './walk-table.test.ts'

const invite = received('INVITE')

function ring(bench: Bench): Subject {
  bench.layer.receive(bench.flow, invite)
  const [transaction] = bench.requests
  assert.ok(transaction)
  return { bench, state: () => transaction.state }
}

function respond({ bench }: Subject, status: number): void {
  bench.requests[0]?.respond(respondTo(invite, status))
}

/** Of a failure the ACK is on the INVITE's branch; of a success it is a transaction of its own. */
function acknowledge({ bench, state }: Subject): void {
  const branch = state().startsWith('ac') ? 'another' : 'theirs' // accepted, acknowledged
  const ack = received('ACK', {
    Via: `SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${branch}`,
    To: '<sip:callee@example.com>;tag=to',
  })
  bench.layer.receive(bench.flow, ack)
}

function after(...steps: ((subject: Subject) => void)[]): (bench: Bench) => Subject {
  return (bench) => {
    const subject = ring(bench)
    for (const step of steps) step(subject)
    return subject
  }
}

const busy = (subject: Subject): void => respond(subject, 486)
const accept = (subject: Subject): void => respond(subject, 200)

const sent: Partial<Record<InviteServerEvent, string>> = {
  sendProvisional: 'send 183',
  sendSuccess: 'send 202',
  sendFailure: 'send 404',
}

function effect(action: InviteServerAction, event: InviteServerEvent, state: string): string {
  switch (action) {
    case 'send':
      return sent[event] ?? 'nothing to send'
    case 'sendTrying':
      return 'send 100'
    case 'resend':
      return `send ${{ proceeding: 180, completed: 486, accepted: 200 }[state]}`
    case 'startTimerG':
    case 'startTimerSuccess':
      return 'timer 500'
    case 'doubleTimerG':
    case 'doubleTimerSuccess':
      return 'timer 1000'
    case 'startTimerH':
    case 'startTimerL':
      return 'timer 32000'
    case 'startTimerI':
      return 'timer 5000'
    case 'passAck':
      return 'ack'
    case 'reportOk':
      return 'end ok'
    case 'reportTimeout':
      return 'end timeout'
    case 'reportTransport':
      return 'end transport'
  }
}

walkTable<InviteServerState, InviteServerEvent, InviteServerAction>({
  name: 'inviteServer',
  table: inviteServer,
  reach: {
    proceeding: ring,
    completed: after(busy),
    confirmed: after(busy, acknowledge),
    accepted: after(accept),
    acknowledged: after(accept, acknowledge),
    terminated: undefined,
  },
  cause: {
    timerTrying: 200,
    timerG: 500,
    timerH: 32_000,
    timerI: 5_000,
    timerL: 32_000,
    timerSuccess: 500,
    retransmission: ({ bench }) => bench.layer.receive(bench.flow, invite),
    ack: acknowledge,
    sendProvisional: (subject) => respond(subject, 183),
    sendSuccess: (subject) => respond(subject, 202),
    sendFailure: (subject) => respond(subject, 404),
    transportError: ({ bench }) => bench.layer.transportFailed(bench.flow),
  },
  effect,
  prepare: {
    retransmission: (subject) => (subject.state() === 'proceeding' ? respond(subject, 180) : undefined),
  },
})
