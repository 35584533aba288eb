import {
  inviteClient,
  type InviteClientAction,
  type InviteClientEvent,
  type InviteClientState,
} from './invite-client.ts'
import { request, respondTo, type Bench } from './test-bench.ts'
import { walkTable, type Subject } from './walk-table.test.ts'
import type { ClientTransaction } from './types.ts'

interface ClientSubject extends Subject {
  readonly transaction: ClientTransaction
}

function call(bench: Bench): ClientSubject {
  const transaction = bench.layer.request(bench.flow, request('INVITE'), 'gw.example.com', bench.handlers)
  return { bench, transaction, state: () => transaction.state }
}

function answer(subject: Subject, status: number, toTag?: string): void {
  const { bench, transaction } = subject as ClientSubject
  bench.layer.receive(bench.flow, respondTo(transaction.request, status, toTag))
}

function after(status: number): (bench: Bench) => Subject {
  return (bench) => {
    const subject = call(bench)
    answer(subject, status)
    return subject
  }
}

const cancel = (subject: Subject): void => (subject as ClientSubject).transaction.cancel()

const passed: Partial<Record<InviteClientEvent, string>> = {
  provisional: 'provisional 183',
  success: 'final 200',
  failure: 'final 486',
}

function effect(action: InviteClientAction, event: InviteClientEvent): string {
  switch (action) {
    case 'resend':
      return 'send INVITE'
    case 'doubleTimerA':
      return 'timer 1000'
    case 'passUp':
      return passed[event] ?? 'nothing to pass up'
    case 'sendAck':
      return 'send ACK'
    case 'startTimerD':
    case 'startTimerM':
    case 'startTimerCancel':
      return 'timer 32000'
    case 'reportTimeout':
      return 'timeout'
    case 'reportTransport':
      return 'transport error'
  }
}

walkTable<InviteClientState, InviteClientEvent, InviteClientAction>({
  name: 'inviteClient',
  table: inviteClient,
  reach: {
    calling: call,
    proceeding: after(180),
    completed: after(404),
    accepted: after(202),
    terminated: undefined,
  },
  cause: {
    timerA: 500,
    timerB: 32_000,
    timerD: 32_000,
    timerM: 32_000,
    timerCancel: 32_000,
    provisional: (subject) => answer(subject, 183),
    success: (subject) => answer(subject, 200, 'another-fork'),
    failure: (subject) => answer(subject, 486),
    cancelSent: cancel,
    transportError: ({ bench }) => bench.layer.transportFailed(bench.flow),
  },
  effect,
  noise: { cancelSent: ['timer 32000', 'timer 500', 'send CANCEL'] }, // the CANCEL's own transaction
  prepare: { timerCancel: cancel },
})
