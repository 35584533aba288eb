import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { TenantId } from '#kernel'
import { deepgramUrl, deepgramWire } from './deepgram-wire.ts'

const request = {
  tenant: 'acme' as TenantId,
  language: 'en-US',
  dataClasses: ['personal'],
  interim: false,
} as const
const settings = {
  url: 'wss://api.deepgram.com/v1/listen',
  model: 'nova-3',
  parameters: {},
  trainingOptOut: true,
}

const results = (more: object) =>
  JSON.stringify({
    type: 'Results',
    channel_index: [0, 1],
    duration: 1.5,
    start: 2,
    is_final: true,
    speech_final: false,
    channel: {
      alternatives: [
        {
          transcript: 'my card',
          confidence: 0.99,
          languages: ['en'],
          words: [
            { word: 'my', start: 2.1, end: 2.3, confidence: 0.9, punctuated_word: 'My' },
            { word: 'card', start: 2.35, end: 2.8, confidence: 0.8, punctuated_word: 'card.' },
          ],
        },
      ],
    },
    metadata: { request_id: 'r', model_info: { name: 'n', version: 'v', arch: 'a' }, model_uuid: 'u' },
    ...more,
  })

describe('deepgramUrl()', () => {
  test('deepgramUrl() asks for the telephone’s own audio, times as it goes, and to keep nothing for training', () => {
    const { searchParams } = new URL(deepgramUrl(settings, request))
    assert.deepEqual(Object.fromEntries(searchParams), {
      model: 'nova-3',
      language: 'en-US',
      encoding: 'mulaw',
      sample_rate: '8000',
      channels: '1',
      interim_results: 'true',
      mip_opt_out: 'true',
    })
  })

  test('deepgramUrl() lets parameters of the site add, and change nothing of ours', () => {
    const parameters = { endpointing: 300, mip_opt_out: false, encoding: 'linear16' }
    const { searchParams } = new URL(deepgramUrl({ ...settings, parameters }, request))
    assert.equal(searchParams.get('endpointing'), '300')
    assert.deepEqual(searchParams.getAll('mip_opt_out'), ['true'])
    assert.deepEqual(searchParams.getAll('encoding'), ['mulaw'])
  })

  test('deepgramUrl() names hints as the model takes them', () => {
    const hints = ['Voxkeep', 'IBAN & co']
    const get = (model: string, name: string) =>
      new URL(deepgramUrl({ ...settings, model }, { ...request, hints })).searchParams.getAll(name)
    assert.deepEqual(get('nova-3', 'keyterm'), hints)
    assert.deepEqual(get('nova-2-phonecall', 'keywords'), hints)
  })
})

describe('deepgramWire()', () => {
  test('deepgramWire() reads what does not change any more as final, and what covers it as through', () => {
    assert.deepEqual(deepgramWire().read(results({})), [
      {
        kind: 'words',
        final: true,
        words: [
          { text: 'my', startMs: 2_100, endMs: 2_300, confidence: 0.9 },
          { text: 'card', startMs: 2_350, endMs: 2_800, confidence: 0.8 },
        ],
        language: 'en',
      },
      { kind: 'through', ms: 3_500 },
    ])
  })

  test('deepgramWire() reads what may change as partial, and as heard only', () => {
    const kinds = deepgramWire()
      .read(results({ is_final: false }))
      .map((event) => [event.kind, event.kind === 'words' && event.final])
    assert.deepEqual(kinds, [
      ['words', false],
      ['heard', false],
    ])
  })

  test('deepgramWire() is done with the Metadata that follows CloseStream, and only that', () => {
    const wire = deepgramWire()
    const metadata = '{"type":"Metadata","duration":1.5,"channels":1}'
    assert.deepEqual(wire.read(metadata), [])
    assert.equal(wire.finish(), '{"type":"CloseStream"}')
    assert.deepEqual(wire.read(metadata), [{ kind: 'done' }])
  })

  test('deepgramWire() fails where the server says so, and ignores what is none of it', () => {
    assert.deepEqual(deepgramWire().read('{"type":"Error","description":"secret"}'), [
      { kind: 'failed', lasting: false },
    ])
    assert.deepEqual(deepgramWire().read('{"type":"SpeechStarted","channel":[0],"timestamp":1}'), [])
    for (const text of ['', '7', '{"type":"Results"}', results({ start: -1 }), results({ duration: 'x' })])
      assert.deepEqual(deepgramWire().read(text), [{ kind: 'ignored' }], text)
  })

  test('deepgramWire() never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void deepgramWire().read(text)))
  })

  test('deepgramWire() survives Results of any content', () => {
    const anything = fc.anything()
    fc.assert(
      fc.property(anything, anything, anything, (channel, start, words) => {
        const text = JSON.stringify({
          type: 'Results',
          start,
          duration: 1,
          channel: channel ?? { alternatives: [{ words }] },
        })
        void deepgramWire().read(text)
      }),
    )
  })
})
