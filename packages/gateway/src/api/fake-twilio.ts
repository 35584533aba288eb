import { DialectError, readTwiml } from '#dialect'
import type { AppId } from '#kernel'
import type { ApiTwilio } from './deps-twilio.ts'

const settings = { voices: {}, paymentConnectors: { Default: 'cards' }, strict: false }

/** One tenant has one app that speaks Twilio's dialect; another has two. */
const apps: Readonly<Record<string, readonly string[]>> = { acme: ['demo'], rival: ['one', 'two'] }

export function fakeTwilio(): ApiTwilio {
  return {
    apps: (tenant) => (apps[tenant] ?? []) as AppId[],
    provider: (_app, connector) => (connector === 'Default' ? 'cards' : connector),
    read(_app, document) {
      try {
        return { ok: true, actions: readTwiml(document, undefined, settings).actions }
      } catch (error) {
        if (!(error instanceof DialectError)) throw error
        return { ok: false, code: Number(error.fault.code), message: error.fault.message }
      }
    },
  }
}
