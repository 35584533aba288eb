import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { openApiText } from './openapi-text.ts'
import { startFakeApi } from './fake-deps.ts'

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  responses: Record<string, { content?: Record<string, unknown> }>
}
const text = await openApiText()
const document = JSON.parse(text) as { openapi: string; paths: Record<string, Record<string, Operation>> }
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))

test('spec/openapi.json is what the code says; "node packages/gateway/src/api/write-openapi.ts" writes it', async () => {
  const file = new URL('openapi.json', new URL('../../../../spec/', import.meta.url))
  assert.equal(await readFile(file, 'utf8'), text)
})

test('the OpenAPI document is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(document)
  assert.deepEqual(result, { valid: true })
  assert.equal(document.openapi, '3.1.0')
})

test('every reference in the OpenAPI document leads somewhere', () => {
  const references = [...text.matchAll(/"\$ref": "#([^"]+)"/g)].map(([, path = '']) => path)
  assert.ok(references.length > 10)
  for (const reference of references) {
    const found = reference
      .slice(1)
      .split('/')
      .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document)
    assert.notEqual(found, undefined, reference)
  }
})

test('every operation has a name of its own, a summary, a tag and a problem answer', () => {
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
  for (const operation of operations) {
    assert.ok(operation.summary && operation.tags.length === 1, operation.operationId)
    assert.ok(operation.responses['default']?.content?.['application/problem+json'], operation.operationId)
  }
})

test('GET /v1/openapi.json serves the document to anybody', async () => {
  await using api = await startFakeApi()
  const answer = await api.send('GET', '/v1/openapi.json')
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.json, document)
})
