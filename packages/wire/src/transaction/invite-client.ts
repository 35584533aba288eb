import type { Rows } from './transitions.ts'

export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated'
export type InviteClientEvent =
  | 'timerA'
  | 'timerB'
  | 'timerD'
  | 'timerM'
  | 'timerCancel'
  | 'provisional'
  | 'success'
  | 'failure'
  | 'cancelSent'
  | 'transportError'
export type InviteClientAction =
  | 'resend'
  | 'doubleTimerA'
  | 'passUp'
  | 'sendAck'
  | 'startTimerD'
  | 'startTimerM'
  | 'startTimerCancel'
  | 'reportTimeout'
  | 'reportTransport'
type Transitions = Rows<InviteClientState, InviteClientEvent, InviteClientAction>

/** INVITE client transaction: RFC 3261 §17.1.1 Figure 5, amended by RFC 6026 §7.2. */
const calling = {
  timerA: ['calling', 'resend', 'doubleTimerA'],
  timerB: ['terminated', 'reportTimeout'],
  provisional: ['proceeding', 'passUp'],
  success: ['accepted', 'passUp', 'startTimerM'],
  failure: ['completed', 'sendAck', 'passUp', 'startTimerD'],
  transportError: ['terminated', 'reportTransport'],
} satisfies Transitions

// The figure leaves a transport error unheard here. A connection that is gone brings no response, and no timer of this
// state would ever end the transaction: so it ends, as in `calling`.
const proceeding = {
  provisional: ['proceeding', 'passUp'],
  success: ['accepted', 'passUp', 'startTimerM'],
  failure: ['completed', 'sendAck', 'passUp', 'startTimerD'],
  cancelSent: ['proceeding', 'startTimerCancel'],
  timerCancel: ['terminated', 'reportTimeout'], // RFC 3261 §9.1
  transportError: ['terminated', 'reportTransport'],
} satisfies Transitions

// The figure informs the user of a transport error; it has its final response and could do nothing.
const completed = {
  failure: ['completed', 'sendAck'],
  timerD: ['terminated'],
  transportError: ['terminated'],
} satisfies Transitions

/** RFC 6026 §7.2: later 2xx, of other forks or repeated, still find their transaction. */
const accepted = {
  success: ['accepted', 'passUp'],
  timerM: ['terminated'],
} satisfies Transitions

const terminated = {} satisfies Transitions

export const inviteClient = { calling, proceeding, completed, accepted, terminated }
