import { sid } from '#kernel'
import type { Platform } from './platform-dialect.ts'
import { readTwiml } from './twilio-document.ts'

/**
 * TeXML (developers.telnyx.com, "TeXML"), which is TwiML in all that a stream, words, a sound and a hang-up need. What Telnyx has beside it
 * (`bidirectionalMode` and its kin, AI verbs) is not looked at: a stream that is connected is always bidirectional.
 */
export const telnyx: Platform = {
  ask: ({ call, accountSid, direction, from, to, state }) => ({
    contentType: 'application/x-www-form-urlencoded',
    accept: 'application/xml',
    body: new URLSearchParams({
      AccountSid: accountSid,
      CallSid: sid('CA', call),
      CallStatus: state === 'active' ? 'in-progress' : 'ringing',
      Direction: direction,
      From: from,
      To: to,
    }).toString(),
  }),
  read({ body, url }, note) {
    const settings = { voices: {}, paymentConnectors: {}, strict: false }
    const { actions, warnings } = readTwiml(new TextDecoder().decode(body), url, settings)
    for (const { message } of warnings) note(message)
    return actions
  },
}
