import {
  nonInviteClient,
  type NonInviteClientAction,
  type NonInviteClientEvent,
  type NonInviteClientState,
} from './non-invite-client.ts'
import { request, respondTo, type Bench } from './test-bench.ts'
import { walkTable, type Subject } from './walk-table.test.ts'
import type { ClientTransaction } from './types.ts'

interface ClientSubject extends Subject {
  readonly transaction: ClientTransaction
}

function ask(bench: Bench): ClientSubject {
  const transaction = bench.layer.request(bench.flow, request('OPTIONS'), 'gw.example.com', bench.handlers)
  return { bench, transaction, state: () => transaction.state }
}

function answer(subject: Subject, status: number): void {
  const { bench, transaction } = subject as ClientSubject
  bench.layer.receive(bench.flow, respondTo(transaction.request, status))
}

function after(status: number): (bench: Bench) => Subject {
  return (bench) => {
    const subject = ask(bench)
    answer(subject, status)
    return subject
  }
}

const passed: Partial<Record<NonInviteClientEvent, string>> = {
  provisional: 'provisional 183',
  success: 'final 200',
  failure: 'final 486',
}

function effect(action: NonInviteClientAction, event: NonInviteClientEvent): string {
  switch (action) {
    case 'resend':
      return 'send OPTIONS'
    case 'doubleTimerE':
      return 'timer 1000'
    case 'slowTimerE':
      return 'timer 4000'
    case 'passUp':
      return passed[event] ?? 'nothing to pass up'
    case 'startTimerK':
      return 'timer 5000'
    case 'reportTimeout':
      return 'timeout'
    case 'reportTransport':
      return 'transport error'
  }
}

walkTable<NonInviteClientState, NonInviteClientEvent, NonInviteClientAction>({
  name: 'nonInviteClient',
  table: nonInviteClient,
  reach: { trying: ask, proceeding: after(100), completed: after(404), terminated: undefined },
  cause: {
    timerE: 500,
    timerF: 32_000,
    timerK: 5_000,
    provisional: (subject) => answer(subject, 183),
    success: (subject) => answer(subject, 200),
    failure: (subject) => answer(subject, 486),
    transportError: ({ bench }) => bench.layer.transportFailed(bench.flow),
  },
  effect,
})
