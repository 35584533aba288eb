import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { mediaAsyncApi, mediaSchema } from './media-schema.ts'
import { mediaVectors } from './media-vectors.ts'

const spec = new URL('../../../../spec/', import.meta.url)
const source = 'packages/gateway/src/stream/media-spec.test.ts, with VOXKEEP_WRITE_VECTORS=1'
const written = process.env['VOXKEEP_WRITE_VECTORS'] !== undefined
const schema = mediaSchema()
const ajv = new Ajv2020({ strict: false })
ajv.addSchema(schema)
const validator = (name: string) => {
  const validate = ajv.getSchema(`urn:voxkeep:media:1#/$defs/${name}`)
  assert.ok(validate)
  return validate
}

/** What the code says is what is published; with the variable it is written. */
function same(name: string, value: unknown): void {
  const file = new URL(name, spec)
  if (written) {
    mkdirSync(new URL('.', file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`)
  }
  assert.deepEqual(JSON.parse(JSON.stringify(value)), JSON.parse(readFileSync(file, 'utf8')))
}

describe(`spec/ is what the code says (${source})`, () => {
  test('spec/media-v1.schema.json', () => same('media-v1.schema.json', schema))
  test('spec/media-v1.asyncapi.json', () => same('media-v1.asyncapi.json', mediaAsyncApi()))
  test('spec/vectors/media/media-v1.json', () =>
    same('vectors/media/media-v1.json', { source, cases: mediaVectors() }))
})

test('every text message of mediaWire() is one of the schema', () => {
  const validate = validator('toApp')
  let checked = 0
  for (const { steps } of mediaVectors()) {
    for (const step of steps) {
      for (const sent of step.from === 'gateway' ? step.sends : step.answers) {
        if (!('text' in sent)) continue
        checked += 1
        assert.ok(validate(sent.text), JSON.stringify([sent.text, validate.errors]))
      }
    }
  }
  assert.ok(checked > 20)
})

test('the schema knows what an app may send, and nothing else', () => {
  const validate = validator('fromApp')
  const good = [
    { type: 'mark', name: 'a' },
    { type: 'clear' },
    { type: 'command', id: '1', commands: [{ type: 'hangup' }] },
    { type: 'resume', resume_id: 'a', last_seq: 0 },
  ]
  for (const message of good) assert.ok(validate(message), JSON.stringify(validate.errors))
  for (const message of [{ type: 'mark' }, { type: 'sing' }, { type: 'command', id: '1', commands: [] }, {}])
    assert.ok(!validate(message), JSON.stringify(message))
})

test('docs/stream.md shows messages that the schema knows', () => {
  const text = readFileSync(new URL('../docs/stream.md', spec), 'utf8')
  const messages = [...text.matchAll(/```json\n([^]*?)```/g)]
    .map(([, code = '']) => JSON.parse(code) as object)
    .filter((value) => 'type' in value)
  assert.equal(messages.length, 4)
  const validate = validator('fromApp')
  for (const message of messages) assert.ok(validate(message), JSON.stringify([message, validate.errors]))
})

test('the AsyncAPI document names each message, and no other', () => {
  const { channels, operations } = mediaAsyncApi() as {
    channels: { stream: { messages: Record<string, object> } }
    operations: Record<string, { messages: { $ref: string }[] }>
  }
  const named = Object.values(operations).flatMap(({ messages }) => messages.map(({ $ref }) => $ref))
  const known = Object.keys(channels.stream.messages).map((name) => `#/channels/stream/messages/${name}`)
  assert.deepEqual(new Set(named), new Set(known))
})
