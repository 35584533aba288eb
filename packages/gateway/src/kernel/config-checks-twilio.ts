import type { Config } from './config-schema.ts'

type Fault = [readonly (string | number)[], string]

/** What the schema alone cannot say of apps that were written for Twilio. */
export function twilioFaults({ apps }: Config): Fault[] {
  return apps.flatMap(({ dialect, twilio, id }, index): Fault[] => {
    if ((dialect === 'twilio') === (twilio !== undefined)) return []
    const message =
      twilio === undefined
        ? `"${id}" speaks twilio: it needs \`twilio\` with \`authTokens\`, by which its requests are signed`
        : `"${id}" has \`twilio\`, and does not speak it: set \`dialect: twilio\``
    return [[['apps', index, twilio === undefined ? 'dialect' : 'twilio'], message]]
  })
}
