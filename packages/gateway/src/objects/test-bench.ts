import { join } from 'node:path'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { fakeClock, parseConfig, Secret, silentLog, type FakeClock } from '#kernel'
import type { ObjectStore } from './contract.ts'
import { fakeList } from './fake-list.ts'
import { objectKeeper, type Keeper, type ObjectEvent } from './keeper.ts'
import { openStores, type Stores } from './places.ts'
import { openSpool, type Spool } from './spool.ts'
import { noise, suiteFolder, type SuiteFolder } from './store-suite.ts'

/** A spool, a list and a folder store, gone when disposed. */
export interface Bench extends AsyncDisposable {
  readonly folder: SuiteFolder
  readonly clock: FakeClock
  readonly rows: ReturnType<typeof fakeList>
  readonly spool: Spool
  readonly stores: Stores
  readonly store: ObjectStore
  readonly keeper: Keeper
  readonly events: ObjectEvent[]
  readonly shredded: string[]
  /** Puts a sealed file into the spool and lists it. */
  spooled(id: string, bytes?: number): Promise<Uint8Array>
}

/** @param change - Stands in front of the store. */
export async function objectBench(
  change: (store: ObjectStore) => ObjectStore = (store) => store,
  node?: string,
): Promise<Bench> {
  const folder = await suiteFolder()
  const clock = fakeClock()
  const random = { bytes: nodeRandomBytes }
  const config = parseConfig(
    `dataDir: ${folder.dir}\nsip: { listen: [{ port: 5061, tls: { certFile: c, keyFile: k } }] }`,
    'test',
  )
  const opened = await openStores({
    config,
    clock,
    random,
    readSecret: () => new Secret(''),
    readFile: () => '',
  })
  const store = change(opened.get('local'))
  const stores: Stores = {
    ...opened,
    all: new Map([['local', store]]),
    get: () => store,
    placeOf: () => store,
  }
  const spool = await openSpool({
    dir: join(folder.dir, 'spool'),
    maxBytes: 1_000_000,
    clock,
    log: silentLog,
  })
  const rows = fakeList()
  const events: ObjectEvent[] = []
  const shredded: string[] = []
  const keeper = objectKeeper({
    rows,
    spool,
    stores,
    node,
    clock,
    log: silentLog,
    shred: async (_, id) => shredded.push(id),
    onEvent: (event) => void events.push(event),
  })
  return {
    folder,
    clock,
    rows,
    spool,
    stores,
    store,
    keeper,
    events,
    shredded,
    async spooled(id, bytes = 1_000) {
      const content = noise(bytes, id)
      const file = await folder.file(content)
      const { rename } = await import('node:fs/promises')
      await rename(file.path, spool.pathOf(id))
      rows.add({ id, bytes: file.bytes, sha256: file.sha256, created_at: new Date(clock.now()) })
      return content
    },
    async [Symbol.asyncDispose]() {
      spool[Symbol.dispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
