import type { Rows } from './transitions.ts'

export type InviteServerState =
  | 'proceeding'
  | 'completed'
  | 'confirmed'
  | 'accepted'
  | 'acknowledged'
  | 'terminated'
export type InviteServerEvent =
  | 'timerTrying'
  | 'timerG'
  | 'timerH'
  | 'timerI'
  | 'timerL'
  | 'timerSuccess'
  | 'retransmission'
  | 'ack'
  | 'sendProvisional'
  | 'sendSuccess'
  | 'sendFailure'
  | 'transportError'
export type InviteServerAction =
  | 'send'
  | 'sendTrying'
  | 'resend'
  | 'startTimerG'
  | 'doubleTimerG'
  | 'startTimerH'
  | 'startTimerI'
  | 'startTimerL'
  | 'startTimerSuccess'
  | 'doubleTimerSuccess'
  | 'passAck'
  | 'reportOk'
  | 'reportTimeout'
  | 'reportTransport'
type Transitions = Rows<InviteServerState, InviteServerEvent, InviteServerAction>

/** INVITE server transaction: RFC 3261 §17.2.1 Figure 7, amended by RFC 6026 §7.1. */
// RFC 6026 stays here on a transport error and leaves it to the user; the caller's connection is gone and with it the
// call, and no timer of this state would end the transaction of a user that only hangs up: so it ends.
const proceeding = {
  timerTrying: ['proceeding', 'sendTrying'],
  retransmission: ['proceeding', 'resend'],
  sendProvisional: ['proceeding', 'send'],
  sendSuccess: ['accepted', 'send', 'startTimerL', 'startTimerSuccess'],
  sendFailure: ['completed', 'send', 'startTimerG', 'startTimerH'],
  transportError: ['terminated', 'reportTransport'],
} satisfies Transitions

const completed = {
  retransmission: ['completed', 'resend'],
  timerG: ['completed', 'resend', 'doubleTimerG'],
  ack: ['confirmed', 'reportOk', 'startTimerI'],
  timerH: ['terminated', 'reportTimeout'],
} satisfies Transitions

const confirmed = {
  timerI: ['terminated'],
} satisfies Transitions

/**
 * RFC 6026 §7.1 absorbs repeated INVITEs here. Its one state is two, so that the user's own duty is done too: to repeat
 * the 2xx until its ACK comes, even over TLS (RFC 3261 §13.3.1.4).
 */
const accepted = {
  timerSuccess: ['accepted', 'resend', 'doubleTimerSuccess'],
  ack: ['acknowledged', 'passAck', 'reportOk'],
  sendSuccess: ['accepted', 'send'],
  timerL: ['terminated', 'reportTimeout'],
} satisfies Transitions

const acknowledged = {
  timerL: ['terminated'],
} satisfies Transitions

const terminated = {} satisfies Transitions

export const inviteServer = { proceeding, completed, confirmed, accepted, acknowledged, terminated }
