import { providerFaults } from './config-checks-provider.ts'
import type { Config } from './config-schema.ts'
import { voicesOf } from './config-voices.ts'

type Path = readonly (string | number)[]
type Fault = [Path, string]

/** A voice that an app names exists, and may say what its tenant's apps say. */
export function voiceFaults(config: Config): Fault[] {
  return config.apps.flatMap(({ tenant, voice: named }, index): Fault[] => {
    if (named === undefined) return []
    const at = ['apps', index, 'voice'] as const
    const voice = voicesOf(config).find(({ id }) => id === named)
    if (voice === undefined) return [[at, `there is no voice "${named}" under "voices"`]]
    return providerFaults(config, tenant, voice, `the voice "${named}"`).map((fault) => [at, fault])
  })
}
