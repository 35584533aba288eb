import type { Rows } from './transitions.ts'

export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated'
export type NonInviteServerEvent =
  | 'timerJ'
  | 'retransmission'
  | 'sendProvisional'
  | 'sendSuccess'
  | 'sendFailure'
  | 'transportError'
export type NonInviteServerAction = 'send' | 'resend' | 'startTimerJ' | 'reportOk' | 'reportTransport'
type Transitions = Rows<NonInviteServerState, NonInviteServerEvent, NonInviteServerAction>

/** Non-INVITE server transaction: RFC 3261 §17.2.2 Figure 8. */
// The figure has no transport error here, since nothing was sent; but a lost connection is known without sending.
const trying = {
  sendProvisional: ['proceeding', 'send'],
  sendSuccess: ['completed', 'send', 'startTimerJ'],
  sendFailure: ['completed', 'send', 'startTimerJ'],
  transportError: ['terminated', 'reportTransport'],
} satisfies Transitions

const proceeding = {
  retransmission: ['proceeding', 'resend'],
  sendProvisional: ['proceeding', 'send'],
  sendSuccess: ['completed', 'send', 'startTimerJ'],
  sendFailure: ['completed', 'send', 'startTimerJ'],
  transportError: ['terminated', 'reportTransport'],
} satisfies Transitions

const completed = {
  retransmission: ['completed', 'resend'],
  timerJ: ['terminated', 'reportOk'],
  transportError: ['terminated', 'reportTransport'],
} satisfies Transitions

const terminated = {} satisfies Transitions

export const nonInviteServer = { trying, proceeding, completed, terminated }
