import type { AnswerPlan } from '@voxkeep/softphone'
import twilio from 'twilio'

/** Numbers of an office, by what its phone does with them. */
export const office = { answers: '+12025550186', busy: '+12025550187', rings: '+12025550188' }

/** Whom a call dials, one after the other: those who answer, do not, and are ended by REST. */
export function dialDocument(step: number): string {
  const response = new twilio.twiml.VoiceResponse()
  const about = {
    statusCallback: `/child?step=${step}`,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'] as const,
  }
  const events = { ...about, statusCallbackEvent: [...about.statusCallbackEvent] }
  const dial = () => response.dial({ action: `/dial?step=${step + 1}`, timeout: 5 })
  const number = [office.answers, office.busy, office.rings][step]
  if (number !== undefined) dial().number(events, number)
  else if (step === 3) dial().sip(events, 'sip:desk@127.0.0.1')
  else if (step === 4) dial().client(events, 'rings')
  else response.hangup()
  return response.toString()
}

/** The office does not know the number of `phone`: that one is another trunk's. */
export function officePlan(uri: string, phone: string): AnswerPlan {
  const user = /^sips?:([^@]+)@/.exec(uri)?.[1] ?? ''
  if (user === phone) return { kind: 'reject', status: 503 }
  if (user === office.busy) return { kind: 'reject', status: 486 }
  return { kind: user === office.rings || user === 'rings' ? 'ring' : 'answer' }
}
