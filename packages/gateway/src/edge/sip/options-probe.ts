import { createRequest } from '@voxkeep/wire/sip'
import type { SipResponse } from '@voxkeep/wire/sip'
import type { TransactionLayer } from '@voxkeep/wire/transaction'
import type { Random } from '#kernel'
import type { SipConnection } from './connection.ts'
import { EdgeError } from './edge-error.ts'
import { userAgentHeader } from './own-headers.ts'
import { retryAfterMs } from './retry-after.ts'
import type { ProbeResult } from './trunk-health.ts'
import type { Trunk, TrunkOutbound } from './trunk.ts'

export interface OptionsProbeDeps {
  readonly layer: TransactionLayer<SipConnection>
  readonly connect: (trunk: Trunk) => Promise<SipConnection>
  readonly random: Random
  /** Our `host:port` as the peer of this connection is to know it. */
  readonly localHostPort: (connection: SipConnection) => string
}

/** A peer that can be asked and says so itself that it cannot serve; every other answer, 404 and 403 too, shows one that lives. */
const unwell = new Set([408, 502, 503, 504])

/** Asks a trunk's peer how it is, with OPTIONS (RFC 3261 §11.1) over the connection that its calls take. */
export function optionsProbe(deps: OptionsProbeDeps): (trunk: Trunk) => Promise<ProbeResult> {
  return async (trunk) => {
    const { outbound } = trunk
    if (outbound === undefined) return { alive: false, why: 'address' }
    try {
      const connection = await deps.connect(trunk)
      return await ask(connection, outbound, deps)
    } catch (error) {
      return { alive: false, why: error instanceof EdgeError ? (error.reason ?? 'other') : 'other' }
    }
  }
}

function ask(
  connection: SipConnection,
  outbound: TrunkOutbound,
  deps: OptionsProbeDeps,
): Promise<ProbeResult> {
  const host = deps.localHostPort(connection)
  const heardBefore = connection.heardMs
  return new Promise((resolve) => {
    deps.layer.request(connection, optionsRequest(outbound, host, deps.random), host, {
      onFinal: (response) => resolve(judge(response)),
      onTimeout() {
        // Not a sign of life since: the connection leads nowhere, and the next request is to find that out at once.
        if (connection.heardMs === heardBefore) connection.abandon('unanswered')
        resolve({ alive: false, why: 'timeout' })
      },
      onTransportError: () => resolve({ alive: false, why: 'refused' }),
    })
  })
}

function judge(response: SipResponse): ProbeResult {
  if (!unwell.has(response.status)) return { alive: true }
  const restMs = response.status === 503 ? retryAfterMs(response) : undefined
  return { alive: false, why: String(response.status), ...(restMs !== undefined && { retryAfterMs: restMs }) }
}

/** Contact has a host and no user: Microsoft Teams, for one, takes nothing else. */
function optionsRequest(outbound: TrunkOutbound, localHostPort: string, random: Random) {
  const word = () => Buffer.from(random.bytes(12)).toString('hex')
  const port = outbound.port === undefined ? '' : `:${outbound.port}`
  const peer = `sip:${outbound.domain}${port};transport=tls`
  return createRequest({
    method: 'OPTIONS',
    uri: peer,
    headers: [
      ['Max-Forwards', '70'],
      ['From', `<sip:${localHostPort}>;tag=${word()}`],
      ['To', `<sip:${outbound.domain}${port}>`],
      ['Call-ID', word()],
      ['CSeq', '1 OPTIONS'],
      ['Contact', `<sip:${localHostPort};transport=tls>`],
      ['Accept', 'application/sdp'],
      userAgentHeader,
    ],
  })
}
