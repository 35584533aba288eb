import { closeSync, fsyncSync, openSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

interface Stream {
  readonly nfd?: number
  readonly node: unknown
}
interface NodeFsModule {
  readonly NODEFS: {
    readonly stream_ops: { fsync?: (stream: Stream) => number }
    realPath(node: unknown): string
  }
}

/**
 * PGlite's file system with a working fsync. Emscripten's own has none, so that without this a commit would survive the
 * process but not the power. `fdatasync` cannot be mended
 * in the same way, so the server must be told to use fsync (`wal_sync_method`).
 */
export class SyncedNodeFs extends NodeFS {
  override async init(...[pg, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const started = await super.init(pg, options)
    started.emscriptenOpts.preRun?.push(addFsync)
    return started
  }
}

function addFsync(module: object): void {
  const { NODEFS } = module as NodeFsModule
  NODEFS.stream_ops.fsync = (stream) => {
    if (stream.nfd !== undefined) {
      fsyncSync(stream.nfd)
      return 0
    }
    const directory = openSync(NODEFS.realPath(stream.node), 'r')
    try {
      fsyncSync(directory)
    } finally {
      closeSync(directory)
    }
    return 0
  }
}
