import { DialectError, readTwiml } from '#dialect'
import { promise, type Target } from './target.ts'

const settings = { voices: { v: 'ours' }, paymentConnectors: {}, clientDomain: 'c.test', strict: false }

/** A document that an app written for Twilio answers with. */
export const twiml: Target = {
  name: 'twiml',
  seeds: () => [
    '<?xml version="1.0" encoding="UTF-8"?><Response><Say voice="v" loop="2">Hi &amp; <break time="1s"/>you</Say><Pause length="2"/></Response>',
    '<Response><Gather numDigits="4" action="/m" input="dtmf speech"><Play>/a.wav</Play></Gather><Redirect/></Response>',
    '<Response><Connect action="/c"><Stream url="wss://a.test/m"><Parameter name="n" value="v"/></Stream></Connect></Response>',
    '<Response><Dial timeLimit="5" record="true"><Number sendDigits="1w2" statusCallbackEvent="answered completed" statusCallback="/s">+12025550123</Number><Client>joe</Client></Dial></Response>',
    '<Response><Pay chargeAmount="1.50" validCardTypes="visa amex"><Prompt for="payment-card-number" attempt="1 2" errorType="timeout"><Say>card</Say></Prompt></Pay><Record/></Response>',
  ],
  words: [
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<!DOCTYPE x [',
    '<!ENTITY a "b">',
    '&#x110000;',
    '&a;',
    '__proto__="1"',
    '</Response>',
    '<Say>',
    '/>',
  ],
  maxBytes: 16 * 1024,
  take(input) {
    try {
      const { actions, warnings } = readTwiml(
        Buffer.from(input).toString('utf8'),
        'https://app.test/voice',
        settings,
      )
      promise(actions.length <= 50 && warnings.length <= 20, 'what is read is bounded')
      promise(
        actions.every((action) => 'type' in action && typeof action.type === 'string'),
        'every action is one of ours',
      )
    } catch (error) {
      promise(error instanceof DialectError, 'a document is read, or refused')
    }
    promise(!('action' in {}), 'nothing that an app says changes what all objects have')
  },
}
