import type { Config } from './config-schema.ts'

type Path = readonly (string | number)[]
type Fault = [Path, string]

/** A voice that an app names exists, and may say what its tenant's apps say. */
export function voiceFaults({ apps, node, tenants, voices }: Config): Fault[] {
  return apps.flatMap(({ tenant, voice: named }, index): Fault[] => {
    if (named === undefined || (named === builtIn && voices.length === 0)) return []
    const at = ['apps', index, 'voice'] as const
    const voice = voices.find(({ id }) => id === named)
    if (voice === undefined) return [[at, `there is no voice "${named}" under "voices"`]]
    const own = tenants.find(({ id }) => id === tenant)
    const place = voice.region ?? (voice.kind === 'command' ? node.region : undefined)
    const away: Fault[] =
      own?.regions === undefined || (place !== undefined && own.regions.includes(place))
        ? []
        : [[at, `the voice "${named}" is not in a region that tenant "${tenant}" may be in`]]
    const trains: Fault[] =
      voice.trainingOptOut || own?.speech?.trainingOptOut === 'any'
        ? []
        : [[at, `the voice "${named}" has no trainingOptOut, which tenant "${tenant}" requires`]]
    return [...away, ...trains]
  })
}

/** The voice that there is where the configuration names none. */
const builtIn = 'espeak'
