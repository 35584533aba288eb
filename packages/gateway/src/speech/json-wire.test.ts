import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import type { TenantId } from '#kernel'
import { jsonLinesWire, jsonWire } from './json-wire.ts'

const request = {
  tenant: 'acme' as TenantId,
  language: 'de-DE',
  dataClasses: ['personal'],
  interim: true,
  hints: ['Voxkeep'],
} as const
const wire = () => jsonWire(request, { encoding: 'mulaw', trainingOptOut: true })

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../spec/speech.schema.json'), 'utf8'),
) as object
const isOfSchema = new Ajv2020().compile(schema)

describe('jsonWire()', () => {
  test('jsonWire() begins with what the engine must know, and ends as it is written', () => {
    assert.deepEqual(JSON.parse(wire().greeting[0] ?? ''), {
      type: 'start',
      version: 1,
      encoding: 'mulaw',
      sampleRate: 8_000,
      language: 'de-DE',
      interim: true,
      hints: ['Voxkeep'],
      trainingOptOut: true,
    })
    for (const text of [...wire().greeting, wire().finish() ?? ''])
      assert.ok(isOfSchema(JSON.parse(text)), text)
  })

  test('jsonWire() sends audio as it was agreed', () => {
    const ulaw = Uint8Array.of(0xff, 0x80)
    assert.deepEqual([...wire().encode(ulaw)], [0xff, 0x80])
    const pcm = jsonWire(request, { encoding: 'pcm16', trainingOptOut: true }).encode(ulaw)
    assert.deepEqual([...pcm], [0, 0, 0x7c, 0x7d])
    assert.equal(jsonLinesWire(16_000).encode(ulaw).length, 8)
  })

  test('jsonWire() reads every message that the schema has for engines', () => {
    const messages = [
      {
        type: 'words',
        final: true,
        words: [{ text: 'ja', startMs: 10, endMs: 90, confidence: 0.5 }],
        language: 'de',
      },
      { type: 'words', final: false, words: [] },
      { type: 'heard', ms: 100 },
      { type: 'through', ms: 100.5 },
      { type: 'error', lasting: true },
      { type: 'done' },
    ]
    for (const message of messages) assert.ok(isOfSchema(message), JSON.stringify(message))
    assert.deepEqual(
      messages.flatMap((message) => wire().read(JSON.stringify(message))),
      [
        {
          kind: 'words',
          final: true,
          words: [{ text: 'ja', startMs: 10, endMs: 90, confidence: 0.5 }],
          language: 'de',
        },
        { kind: 'words', final: false, words: [] },
        { kind: 'heard', ms: 100 },
        { kind: 'through', ms: 100.5 },
        { kind: 'failed', lasting: true },
        { kind: 'done' },
      ],
    )
  })

  test('jsonWire() ignores what the schema has not', () => {
    for (const text of [
      '',
      '{}',
      '{"type":"through","ms":-1}',
      '{"type":"words","words":{}}',
      '{"type":"heard"}',
    ]) {
      assert.deepEqual(wire().read(text), [{ kind: 'ignored' }], text)
    }
    assert.equal(isOfSchema({ type: 'through', ms: -1 }), false)
  })

  test('jsonWire() never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void wire().read(text)))
  })
})
