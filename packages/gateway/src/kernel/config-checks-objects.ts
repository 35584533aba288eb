import type { Config } from './config-schema.ts'

type Fault = [path: readonly (string | number)[], message: string]

/** What the shape alone does not say: names that are said twice or of nothing, and endpoints in clear. */
export function objectsFaults({ objects, tenants: listed, apps }: Config): Fault[] {
  const tenants = new Set([...listed.map(({ id }) => id), ...apps.map(({ tenant }) => tenant)])
  const stores = new Set(['local', ...objects.stores.map(({ id }) => id)])
  const twice = objects.stores.flatMap(({ id }, index): Fault[] =>
    objects.stores.findIndex((other) => other.id === id) === index
      ? []
      : [[['objects', 'stores', index, 'id'], `there is another "${id}"`]],
  )
  const plain = objects.stores.flatMap((store, index): Fault[] =>
    store.kind === 's3' && store.endpoint?.startsWith('http:') === true && !store.dangerouslyAllowPlaintext
      ? [[['objects', 'stores', index, 'endpoint'], 'must be https:, or say dangerouslyAllowPlaintext']]
      : [],
  )
  const strays = (place: Readonly<Record<string, string | undefined>>, at: Fault[0]) =>
    Object.entries(place).flatMap(([kind, id]): Fault[] =>
      id === undefined || stores.has(id) ? [] : [[[...at, kind], `there is no store "${id}"`]],
    )
  const ofTenants = objects.tenants.flatMap(({ id, place }, index): Fault[] => [
    ...(tenants.has(id)
      ? []
      : [[['objects', 'tenants', index, 'id'], `there is no tenant "${id}"`] as Fault]),
    ...strays(place, ['objects', 'tenants', index, 'place']),
  ])
  return [...twice, ...plain, ...strays(objects.place, ['objects', 'place']), ...ofTenants]
}
