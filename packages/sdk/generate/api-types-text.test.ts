import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { apiTypesText, type ApiDocument } from './api-types-text.ts'
import type { Schema } from './schema-type.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const document = JSON.parse(await readFile(join(root, 'spec', 'openapi.json'), 'utf8')) as ApiDocument

/** The description of an API with one route that takes and answers this. */
function apiWith(schema: Schema, schemas: Record<string, Schema> = {}): ApiDocument {
  const content = { 'application/json': { schema } }
  const responses = { '200': { content }, default: {} }
  return { components: { schemas }, paths: { '/a': { post: { requestBody: { content }, responses } } } }
}

const answerOf = (schema: Schema) => apiTypesText(apiWith(schema)).match(/answer: ([^]*?)\n {2}\}\n/)?.[1]

test('src/api-types.ts is what spec/openapi.json says; "node packages/sdk/generate/write-api-types.ts" writes it', async () => {
  assert.equal(
    await readFile(join(root, 'packages', 'sdk', 'src', 'api-types.ts'), 'utf8'),
    apiTypesText(document),
  )
})

test('apiTypesText() has a type for what JSON Schema can say', () => {
  assert.equal(answerOf({}), 'unknown')
  assert.equal(answerOf({ type: ['string', 'null'] }), 'string | null')
  assert.equal(answerOf({ anyOf: [{ type: 'integer' }, { type: 'number' }] }), 'number')
  assert.equal(answerOf({ enum: ["it's", 1, true] }), "'it\\'s' | 1 | true")
  assert.equal(answerOf({ type: 'array', items: { type: ['string', 'null'] } }), 'readonly (string | null)[]')
  assert.equal(
    answerOf({ type: 'array', items: { $ref: '#/components/schemas/B' } }),
    "readonly Schemas['B'][]",
  )
  assert.equal(
    answerOf({ type: 'object', additionalProperties: { type: 'boolean' } }),
    'Readonly<Record<string, boolean>>',
  )
})

test('apiTypesText() says which properties may be left out, and what is said of them', () => {
  const text = answerOf({
    type: 'object',
    properties: {
      a: { type: 'string', description: 'First */' },
      'b-c': { type: 'integer', default: 3, description: 'Second' },
    },
    required: ['a'],
  })
  assert.equal(
    text,
    `{
      /** First *\\/ */
      readonly a: string
      /** Second. Default: \`3\` */
      readonly 'b-c'?: number
    }`,
  )
})

test('apiTypesText() leaves out schemas that no route names', () => {
  const item: Schema = { type: 'array', items: { $ref: '#/components/schemas/Inner' } }
  const schemas = { Inner: { type: 'string' }, Outer: item, Unused: { type: 'null' } }
  const text = apiTypesText(apiWith({ $ref: '#/components/schemas/Outer' }, schemas))
  assert.match(text, /readonly Outer: readonly Schemas\['Inner'\]\[\]/)
  assert.match(text, /readonly Inner: string/)
  assert.doesNotMatch(text, /Unused/)
})

test('apiTypesText() refuses what it has no type for', () => {
  const unknown = { type: 'object', patternProperties: {} }
  assert.throws(() => answerOf(unknown), /patternProperties/)
  assert.throws(() => answerOf({ type: 'file' }), /"file"/)
  const mixed = { type: 'object', properties: { a: {} }, additionalProperties: { type: 'string' } }
  assert.throws(() => answerOf(mixed), /properties and others/)
})
