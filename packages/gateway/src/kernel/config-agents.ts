import { z } from 'zod'
import { dataClassList, trainingOptOut, trusted } from './config-provider.ts'
import { id, region, secretRef } from './config-values.ts'

const tool = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .describe('As the agent calls it'),
  description: z.string().max(1_024).default('').describe('What it does, for the agent'),
  parameters: z
    .record(z.string(), z.json())
    .default({ type: 'object', properties: {} })
    .describe('A JSON Schema of its arguments, which the model is shown'),
})

const shared = {
  id,
  url: z.url({ protocol: /^wss$/ }).describe('The whole address; it is dialled as it stands'),
  key: secretRef.optional().describe('What it is called with, as `Authorization: Bearer`'),
  region: region
    .optional()
    .describe('Where it hears calls; those of a tenant with `regions` are connected with no agent elsewhere'),
  dataClasses: dataClassList.describe(
    'What it may be given. A call whose audio may hold anything else is refused to it',
  ),
  trainingOptOut: trainingOptOut.describe(
    'Whether it is agreed with whoever runs it that nothing is kept for training',
  ),
  tenants: z
    .array(id)
    .min(1)
    .optional()
    .describe('Whose calls may be connected with it; default: everybody’s'),
  ...trusted,
  tools: z
    .array(tool)
    .max(64)
    .default([])
    .describe(
      'What it may ask for. The app is asked by a `call.tool` webhook; a tool that is not listed is refused',
    ),
  toolTimeoutMs: z
    .int()
    .min(500)
    .max(60_000)
    .default(10_000)
    .describe('How long the app may take over one; then the agent is told that it failed'),
}

const openaiRealtime = z.strictObject({
  kind: z.literal('openai-realtime'),
  ...shared,
  url: shared.url.default('wss://api.openai.com/v1/realtime').describe('Of the API, without a query'),
  model: z.string().min(1).max(100).default('gpt-realtime').describe('As the API names them'),
  voice: z.string().min(1).max(100).default('marin').describe('As the API names them'),
  instructions: z.string().max(32_768).default('').describe('What it is told about its part'),
  turnDetection: z
    .record(z.string().regex(/^[a-z_]{1,40}$/), z.union([z.string(), z.number(), z.boolean()]))
    .default({ type: 'server_vad' })
    .describe('The API’s `turn_detection`'),
  speaksFirst: z.boolean().default(true).describe('Whether it speaks before the caller does'),
  bargeIn: z.boolean().default(true).describe('Whether a caller who speaks stops it'),
})

const name = z.string().min(1).max(64)
const audioWord = z.strictObject({
  type: name.describe('Of the message'),
  field: name.describe('The member that has the audio'),
})

const rate = z.union([z.literal(8_000), z.literal(16_000), z.literal(24_000)])

const websocket = z.strictObject({
  kind: z.literal('websocket'),
  ...shared,
  encoding: z
    .enum(['s16le', 's16be', 'ulaw', 'alaw'])
    .default('s16le')
    .describe('What audio is, both ways: 16-bit samples in either order, or G.711'),
  rate: rate.default(16_000).describe('8000, 16000 or 24000; G.711 is at 8000'),
  receiveRate: rate.optional().describe('The rate of its own audio; default: `rate`'),
  frameMs: z.int().min(20).max(1_000).default(20).describe('How much audio a message has'),
  typeField: name.default('type').describe('The member of a JSON message that says what it is'),
  begin: z
    .array(z.record(z.string(), z.json()))
    .max(16)
    .default([])
    .describe('Messages to send first, such as a configuration'),
  sendAudio: audioWord.optional().describe('Send audio as base64 in a message of this type; default: binary'),
  receiveAudio: audioWord
    .optional()
    .describe('Where its audio comes as base64 in a message; default: binary'),
  clear: z.array(name).default(['clear', 'interrupt']).describe('Messages that stop what plays'),
  end: z.array(name).default(['end']).describe('Messages that end the conversation'),
  keys: name.optional().describe('The type of the message that tells of a key; without it none is told'),
})

/** What one message can tell an agent. */
const maxText = 60_000

/** An AI that a call is connected with directly, with no app in between. */
export const agent = z.discriminatedUnion('kind', [openaiRealtime, websocket])
export const agents = z
  .array(agent)
  .max(64)
  .default([])
  .describe('AIs that calls can be connected with directly')
  .superRefine((all, context) => {
    all.forEach((each, index) => {
      const fault = (path: readonly string[], message: string) =>
        context.addIssue({ code: 'custom', path: [index, ...path], message })
      if (all.findIndex(({ id: other }) => other === each.id) !== index)
        fault(['id'], 'two agents have this id')
      if (new URL(each.url).search !== '' && each.kind === 'openai-realtime')
        fault(['url'], 'has no query: the model is added to it')
      if (
        JSON.stringify([each.tools, each.kind === 'websocket' ? each.begin : each.instructions]).length >
        maxText
      )
        fault(['tools'], 'more than 60,000 characters with all that the agent is told')
      if (new Set(each.tools.map((one) => one.name)).size !== each.tools.length)
        fault(['tools'], 'two tools have one name')
      if (
        each.kind === 'websocket' &&
        each.encoding.endsWith('law') &&
        (each.receiveRate ?? each.rate) + each.rate > 16_000
      )
        fault(['rate'], 'G.711 is at 8000')
    })
  })

export type AgentConfig = z.output<typeof agent>
