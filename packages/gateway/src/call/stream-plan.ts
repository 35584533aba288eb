import { sid, type StreamId, type WireChoice, type WireName } from '#kernel'
import type { StreamSpec } from '#media'
import { isSpoken, wireFault, withDefaults } from '#stream'
import type { Live } from './live.ts'
import type { StreamCommand } from './streams.ts'
import type { CallAgent } from './stream-agent.ts'

/** An address that was looked up, checked and signed for. */
export type StreamAddress = Pick<StreamSpec, 'url' | 'address' | 'headers' | 'tls'>

/** Where a stream goes, and what is spoken over it. */
export interface StreamPlan {
  readonly url: string
  readonly agent: CallAgent | undefined
  /** Looks the address up and signs for it, under this id; each time anew. Rejects when the guard refuses it. */
  way(id: StreamId): Promise<StreamAddress>
  spec(address: StreamAddress): StreamSpec
}

const resumeIdBytes = 16
/** What a command may add to an agent's settings. */
const mayAdd: ReadonlySet<string> = new Set(['call_instructions'])

/** Makes a command into a plan, or says why there is none. */
export function streamPlan(live: Live, command: StreamCommand, id: StreamId): StreamPlan | string {
  const agent = command.agent === undefined ? undefined : live.deps.agents?.get(command.agent)
  if (command.agent !== undefined && agent === undefined) return 'agent-unknown'
  const refusal = agent?.refusal(live)
  if (refusal !== undefined) return `agent-${refusal}`
  const url = agent?.url ?? addressOf(live, command.url ?? '')
  const name = agent?.wire ?? wireNameOf(live, command)
  if (url === undefined) return 'url'
  if (!isSpoken(name)) return 'wire-unknown'
  // Who is told the caller's keys, and what an agent is asked to say, is the configuration's.
  if (agent !== undefined && !Object.keys(command.options).every((option) => mayAdd.has(option)))
    return 'wire-options'
  const options = { ...command.options, ...agent?.options }
  if (wireFault(name, options, command.direction) !== undefined) return 'wire-options'
  const wire = { name, options: withDefaults(name, options), about: aboutOf(live, id) }
  return {
    url,
    agent,
    way: (named) => agent?.prepare(named) ?? live.app.prepareStream(url, named),
    spec: (address) => specOf(live, command, id, address, wire),
  }
}

/** An absolute address is dialled byte for byte; a relative one is taken from the webhook's. None that is not `wss:`, or has a query: it would be in logs. */
function addressOf(live: Live, asked: string): string | undefined {
  const base = live.app.config.webhook.url.replace(/^https/, 'wss')
  const parsed = URL.parse(asked, base)
  if (parsed === null || parsed.protocol !== 'wss:' || parsed.search !== '') return undefined
  return /^wss:\/\//i.test(asked) ? asked : parsed.href
}

function wireNameOf(live: Live, { wire }: StreamCommand): WireName {
  const { dialect, stream } = live.app.config
  return wire ?? stream.wire ?? (dialect === 'voxkeep' ? 'twilio' : dialect)
}

/** What wires tell of the call. `resume_id` is known to the app of this stream alone. */
function aboutOf(live: Live, id: StreamId): WireChoice['about'] {
  const { id: app, tenant } = live.app.config
  const resumeId = Buffer.from(live.deps.random.bytes(resumeIdBytes)).toString('base64url')
  return {
    ...live.describe(),
    app,
    tenant,
    stream_id: id,
    leg_id: live.leg,
    srtp: live.receipt.srtp?.suite ?? null,
    resume_id: resumeId,
  }
}

function specOf(
  live: Live,
  command: StreamCommand,
  id: StreamId,
  address: StreamAddress,
  wire: WireChoice,
): StreamSpec {
  const { connectTimeoutMs, pingIntervalMs, pongTimeoutMs, maxBufferedMs, maxBehindMs } =
    live.app.config.stream
  const limits = { connectTimeoutMs, pingIntervalMs, pongTimeoutMs, maxBufferedMs, maxBehindMs }
  const { accountSid } = live.app
  const start = {
    accountSid,
    callSid: sid('CA', live.id),
    streamSid: sid('MZ', id),
    customParameters: command.parameters,
  }
  const spoken = wire.name === 'twilio' ? {} : { wire }
  return { id, ...address, start, ...spoken, direction: command.direction, ...limits }
}
