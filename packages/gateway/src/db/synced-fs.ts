import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

interface Stream {
  readonly nfd?: number
  readonly path?: string
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

/** A segment in use; one in the making (`xlogtemp.…`) is new in every respect. */
const isLogSegment = /\/pg_wal\/[0-9A-F]{24}$/

function addFsync(module: object): void {
  const { NODEFS } = module as NodeFsModule
  NODEFS.stream_ops.fsync = (stream) => {
    if (stream.nfd !== undefined) {
      // The log's segments have their length from the start, so nothing but data is new in them, as PostgreSQL's own default
      // (`wal_sync_method=fdatasync`) counts on. To write their times down as well would cost a commit of the file system each.
      if (isLogSegment.test(stream.path ?? '')) fdatasyncSync(stream.nfd)
      else fsyncSync(stream.nfd)
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
