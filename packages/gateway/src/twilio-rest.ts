import type { ApiTwilio } from '#api'
import { DialectError, readTwiml } from '#dialect'
import type { AppId, Config } from '#kernel'
import { twilioSettings } from './twilio-app.ts'

/** The apps that speak Twilio's dialect, as the routes for Twilio's clients need them. */
export function apiTwilio(apps: Config['apps']): ApiTwilio {
  const own = new Map(apps.filter(({ dialect }) => dialect === 'twilio').map((app) => [app.id as AppId, app]))
  return {
    apps: (tenant) => [...own].filter(([, app]) => app.tenant === tenant).map(([id]) => id),
    read(id, document) {
      const app = own.get(id)
      if (app === undefined) return notSpoken
      try {
        return { ok: true, actions: readTwiml(document, undefined, twilioSettings(app)).actions }
      } catch (error) {
        if (!(error instanceof DialectError)) throw error
        const { code, message } = error.fault
        return { ok: false, code: Number(code), message: `Twiml: ${message}` }
      }
    },
    provider(id, connector) {
      const known: Readonly<Record<string, string>> = own.get(id)?.twilio?.paymentConnectors ?? {}
      return Object.hasOwn(known, connector) ? (known[connector] ?? connector) : connector
    },
  }
}

/** A call of an app that speaks another dialect: its document would be asked for, and answered, in a language that the app has not. */
const notSpoken = {
  ok: false,
  code: 21_218,
  message: 'The call is of an app that does not speak this dialect',
} as const
