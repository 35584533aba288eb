import { readFileSync } from 'node:fs'
import { agentTools, dataClassesOf, type CallAgent } from '#call'
import { ConfigError, type AgentConfig, type Config, type Secret, type WireName } from '#kernel'
import { refusalOf } from '#speech'
import type { EgressGuard } from '#webhook'

export interface AgentParts {
  readonly config: Config
  readonly readSecret: (reference: string) => Secret<string>
  readonly egress: EgressGuard
}

type Live = Parameters<CallAgent['refusal']>[0]

/** The agents of the configuration, by their ids. None is called until a call is connected with it. Throws `ConfigError` for a file or a key that cannot be read. */
export function openAgents(parts: AgentParts): ReadonlyMap<string, CallAgent> {
  return new Map(parts.config.agents.map((agent) => [agent.id, openAgent(agent, parts)]))
}

function openAgent(agent: AgentConfig, { config, readSecret, egress }: AgentParts): CallAgent {
  const ca = agent.caFile === undefined ? undefined : readCa(agent.caFile)
  const { key } = agent
  // Read here as well, so that a gateway does not start with one that is not there.
  if (key !== undefined) readSecret(key)
  const url = addressOf(agent)
  const tools = new Set(agent.tools.map(({ name }) => name))
  return {
    url,
    wire: wireOf(agent),
    options: optionsOf(agent),
    refusal(live) {
      const why = refusalFor(agent, config, live)
      // Nothing was sent to anybody, so it need not wait for the log.
      if (why !== undefined) live.audit('agent.refused', { agent: agent.id, why }).catch(() => {})
      return why
    },
    async prepare() {
      const { address, family, port } = await egress.resolve(url)
      const host = family === 6 ? `[${address}]` : address
      return {
        url,
        address: port === undefined ? address : `${host}:${port}`,
        headers: key === undefined ? {} : { authorization: `Bearer ${readSecret(key).reveal()}` },
        tls: { ...(ca !== undefined && { ca }), spkiPins: agent.spkiPins },
      }
    },
    said: agentTools({ agent: agent.id, tools, timeoutMs: agent.toolTimeoutMs }),
  }
}

function wireOf({ kind }: AgentConfig): WireName {
  switch (kind) {
    case 'openai-realtime':
      return 'openai-realtime'
    case 'websocket':
      return 'agent'
  }
}

function addressOf(agent: AgentConfig): string {
  if (agent.kind === 'websocket') return agent.url
  return `${agent.url}?model=${encodeURIComponent(agent.model)}`
}

/** Settings of the agent's wire. */
function optionsOf(agent: AgentConfig): CallAgent['options'] {
  switch (agent.kind) {
    case 'openai-realtime':
      return {
        session: {
          type: 'realtime',
          model: agent.model,
          instructions: agent.instructions,
          tools: agent.tools.map((tool) => ({ type: 'function', ...tool })),
          tool_choice: 'auto',
          audio: { input: { turn_detection: agent.turnDetection }, output: { voice: agent.voice } },
        },
        speaks_first: agent.speaksFirst,
        barge_in: agent.bargeIn,
      }
    case 'websocket':
      return {
        encoding: agent.encoding,
        rate: agent.rate,
        ...(agent.receiveRate !== undefined && { receive_rate: agent.receiveRate }),
        frame_ms: agent.frameMs,
        type_field: agent.typeField,
        begin: agent.begin,
        ...(agent.sendAudio !== undefined && { send_audio: agent.sendAudio }),
        ...(agent.receiveAudio !== undefined && { receive_audio: agent.receiveAudio }),
        clear: agent.clear,
        end: agent.end,
        ...(agent.keys !== undefined && { keys: agent.keys }),
        tools: agent.tools.map(({ name }) => name),
      }
  }
}

/** Why a call may not be connected with the agent; undefined: it may. */
function refusalFor(agent: AgentConfig, { tenants }: Config, live: Live): string | undefined {
  if (agent.tenants !== undefined && !agent.tenants.includes(live.tenant)) return 'tenant'
  const own = tenants.find(({ id }) => id === live.tenant)
  const rules = { regions: own?.regions, trainingOptOut: own?.speech?.trainingOptOut ?? 'required' }
  const dataClasses = dataClassesOf(live)
  const { region, trainingOptOut } = agent
  const facts = { region, trainingOptOut, dataClasses: agent.dataClasses }
  return refusalOf(facts, rules, { dataClasses })
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ConfigError([`${path}: cannot be read (agents)`], { cause })
  }
}
