import { signedPlatforms } from './config-platform.ts'
import type { Config } from './config-schema.ts'

type Fault = [readonly (string | number)[], string]

const signed: readonly string[] = signedPlatforms

/** A secret that would sign nothing is a mistake: whoever set it believes that it does. */
export function platformFaults({ apps }: Config): Fault[] {
  return apps.flatMap(({ dialect, platform, id }, index): Fault[] => {
    if (platform === undefined) return []
    if (!signed.includes(dialect)) {
      const which = signedPlatforms.join(', ')
      return [
        [['apps', index, 'platform'], `"${id}" has \`platform\`, which is for the dialects ${which} alone`],
      ]
    }
    if (platform.apiKey === undefined || dialect === 'vonage') return []
    return [
      [['apps', index, 'platform', 'apiKey'], `"${id}" has an \`apiKey\`: only vonage’s claims have one`],
    ]
  })
}
