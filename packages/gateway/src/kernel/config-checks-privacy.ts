import { createEngine, PiiError, type CustomPattern } from '@voxkeep/pii'
import type { Config } from './config-schema.ts'

type Fault = [readonly (string | number)[], string]

/** What the schema alone cannot say of privacy: names that must exist, and policies that contradict themselves. */
export function privacyFaults(config: Config): Fault[] {
  const { policies } = config.privacy
  const known = new Set(policies.map(({ id }) => id))
  const engines = new Set(config.speech.engines.map(({ id }) => id))
  const stray = (path: Fault[0], name: string | undefined): Fault[] =>
    name === undefined || known.has(name) ? [] : [[path, `there is no policy "${name}" under "privacy"`]]
  return [
    ...policies.flatMap(({ id, engine, custom }, index): Fault[] => {
      const at = ['privacy', 'policies', index] as const
      return [
        ...twice(policies, id, index, [...at, 'id']),
        ...custom.flatMap((pattern, place) => [
          ...twiceNamed(custom, pattern.name, place, [...at, 'custom', place, 'name']),
          ...unusable(pattern, [...at, 'custom', place, 'pattern']),
        ]),
        ...(engines.has(engine)
          ? []
          : [[[...at, 'engine'], `there is no engine "${engine}" under "speech"`] satisfies Fault]),
      ]
    }),
    ...config.tenants.flatMap(({ privacy }, index) => stray(['tenants', index, 'privacy'], privacy)),
    ...config.apps.flatMap(({ privacy }, index) => stray(['apps', index, 'privacy'], privacy)),
  ]
}

function twice(all: readonly { readonly id: string }[], id: string, index: number, path: Fault[0]): Fault[] {
  return all.findIndex((other) => other.id === id) === index ? [] : [[path, `there is another "${id}"`]]
}

function twiceNamed(
  all: readonly { readonly name: string }[],
  name: string,
  index: number,
  path: Fault[0],
): Fault[] {
  return all.findIndex((other) => other.name === name) === index ? [] : [[path, `there is another "${name}"`]]
}

/** One that takes too long, or is none. */
function unusable(pattern: CustomPattern, path: Fault[0]): Fault[] {
  try {
    createEngine({ custom: [pattern] })
    return []
  } catch (error) {
    if (error instanceof PiiError) return [[path, error.message]]
    throw error
  }
}
