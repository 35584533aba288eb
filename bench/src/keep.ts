import { fileURLToPath } from 'node:url'
import { startChild } from './child.ts'

const program = fileURLToPath(new URL('../../packages/gateway/test/support/keep-bench.ts', import.meta.url))

/** Measures what is kept, without calls: sealing, the audit log, its proofs, re-wrapping; on the embedded database and on a PostgreSQL server. */
export async function keep(): Promise<object> {
  await using child = startChild(['--disable-warning=ExperimentalWarning', program])
  const { keep: figures } = await child.line('keep')
  return { scenario: 'keep', ...(figures as object) }
}
