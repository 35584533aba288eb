import type { SipEdgeDeps } from './edge-deps.ts'
import { EdgeCore } from './edge-core.ts'
import { listenTls, type TlsListener } from './tls-listener.ts'

export interface SipEdge extends AsyncDisposable {
  /** In the order of `config.listen`. */
  readonly ports: readonly number[]
}

/**
 * Listens for SIP over TLS on every address of the configuration and hands calls to `handle`. Rejects, with nothing left
 * open, when an address cannot be bound or a certificate, secret or address range cannot be used. Disposing it ends the
 * calls that are up.
 */
export async function listenSip(deps: SipEdgeDeps): Promise<SipEdge> {
  await using stack = new AsyncDisposableStack()
  const core = new EdgeCore(deps)
  stack.defer(() => core.close())
  const listeners: TlsListener[] = []
  for (const listener of deps.config.listen)
    listeners.push(stack.use(await listenTls(listener, core.listenerDeps)))
  stack.defer(() => core.endCalls()) // the first to run: peers must hear it while their connections are there
  const owned = stack.move()
  return {
    ports: listeners.map(({ port }) => port),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
