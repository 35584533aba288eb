export { callBook, type CallBook } from './call-facts.ts'
export type {
  CallFacts,
  Dialect,
  DialectAnswer,
  DialectEvent,
  DialectFault,
  DialectMoment,
  DialectQuestion,
  DialectReading,
  DialectRequest,
} from './contract.ts'
export { DialectError } from './error.ts'
export { twilioDialect, type TwilioSettings } from './twilio-dialect.ts'
export type { TwimlSettings } from './twilio-context.ts'
export { readTwiml } from './twilio-document.ts'
export { rfc2822 } from './twilio-form.ts'
export { minorUnits } from './twilio-pay.ts'
export { openPlatform, type PlatformName } from './platforms.ts'
export { endOf as twilioEnd } from './twilio-words.ts'
