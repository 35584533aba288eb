import {
  judgeAddCheckpoint,
  openCheckpoint,
  parseAddCheckpoint,
  parseCheckpoint,
  parseNote,
  serializeSignature,
  toBase64,
  type VerifierKey,
} from '@voxkeep/tlog'
import type { Clock } from '#kernel'
import type { Signers } from './signers.ts'

/** What was cosigned last of a log; `root` in Base 64. */
export interface WitnessedRow {
  readonly size: number
  readonly root: string
  readonly note: string
  readonly at: Date
}

export interface WitnessStore {
  /**
   * Gives `next` what was cosigned last of a log, with the log’s row locked, and keeps what it returns. Resolves once that is
   * durable. Nobody else sees or changes the row meanwhile.
   */
  exchange(origin: string, next: (last: WitnessedRow | undefined) => WitnessedRow | undefined): Promise<void>
}

export interface WitnessReply {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly body: string
  readonly contentType: string
}

export interface WitnessServer {
  /** Answers `add-checkpoint` (C2SP tlog-witness). Rejects when the store fails: then nothing was cosigned. */
  addCheckpoint(body: string): Promise<WitnessReply>
}

/** Watches others’ logs: cosigns a checkpoint only when it continues the last one that it cosigned. */
export function witnessServer(deps: {
  readonly name: string
  readonly logs: ReadonlyMap<string, readonly VerifierKey[]>
  readonly signers: Signers
  readonly store: WitnessStore
  readonly clock: Clock
}): WitnessServer {
  const keysOf = (origin: string) => deps.logs.get(origin)
  return {
    async addCheckpoint(body) {
      const request = parseAddCheckpoint(body)
      const origin = parseCheckpoint(parseNote(request?.checkpoint ?? '')?.text ?? '')?.origin
      if (request === undefined || origin === undefined) return reply(400)
      // Before the store is asked: strangers must neither make rows nor hold a log's row.
      const keys = keysOf(origin)
      if (keys === undefined) return reply(404)
      if (!openCheckpoint(request.checkpoint, keys).ok) return reply(403)
      const now = deps.clock.now()
      let answer: ReturnType<typeof judgeAddCheckpoint> | undefined
      await deps.store.exchange(origin, (last) => {
        const known = last && { size: last.size, root: new Uint8Array(Buffer.from(last.root, 'base64')) }
        answer = judgeAddCheckpoint(request, keysOf, known)
        if (answer.status !== 200) return undefined
        const { size, root } = answer.checkpoint
        return { size, root: toBase64(root), note: request.checkpoint, at: new Date(now) }
      })
      if (answer?.status === 409) return reply(409, `${answer.size}\n`, 'text/x.tlog.size')
      if (answer?.status !== 200) return reply(answer?.status ?? 400)
      const { text } = answer
      const timeS = Math.floor(now / 1_000)
      const lines = deps.signers.current(deps.name).map((one) => serializeSignature(one.sign(text, timeS)))
      return reply(200, lines.join(''))
    },
  }
}

function reply(
  status: WitnessReply['status'],
  body = '',
  contentType = 'text/plain; charset=utf-8',
): WitnessReply {
  return { status, body, contentType }
}
