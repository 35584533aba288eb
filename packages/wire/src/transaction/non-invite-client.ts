import type { Rows } from './transitions.ts'

export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated'
export type NonInviteClientEvent =
  | 'timerE'
  | 'timerF'
  | 'timerK'
  | 'provisional'
  | 'success'
  | 'failure'
  | 'transportError'
export type NonInviteClientAction =
  | 'resend'
  | 'doubleTimerE'
  | 'slowTimerE'
  | 'passUp'
  | 'startTimerK'
  | 'reportTimeout'
  | 'reportTransport'
type Transitions = Rows<NonInviteClientState, NonInviteClientEvent, NonInviteClientAction>

/** Non-INVITE client transaction: RFC 3261 §17.1.2 Figure 6. */
const trying = {
  timerE: ['trying', 'resend', 'doubleTimerE'],
  timerF: ['terminated', 'reportTimeout'],
  provisional: ['proceeding', 'passUp'],
  success: ['completed', 'passUp', 'startTimerK'],
  failure: ['completed', 'passUp', 'startTimerK'],
  transportError: ['terminated', 'reportTransport'],
} satisfies Transitions

const proceeding = {
  timerE: ['proceeding', 'resend', 'slowTimerE'],
  timerF: ['terminated', 'reportTimeout'],
  provisional: ['proceeding', 'passUp'],
  success: ['completed', 'passUp', 'startTimerK'],
  failure: ['completed', 'passUp', 'startTimerK'],
  transportError: ['terminated', 'reportTransport'],
} satisfies Transitions

const completed = {
  timerK: ['terminated'],
} satisfies Transitions

const terminated = {} satisfies Transitions

export const nonInviteClient = { trying, proceeding, completed, terminated }
