import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { multipart } from './multipart.ts'

/** Read by the parser of Node's fetch, which is not ours. */
async function read({ body, contentType }: ReturnType<typeof multipart>) {
  const form = await new Response(body.slice(), { headers: { 'content-type': contentType } }).formData()
  const file = form.get('file')
  assert.ok(file instanceof File)
  return { form, file, bytes: new Uint8Array(await file.arrayBuffer()) }
}

const file = { name: 'file', filename: 'speech.wav', type: 'audio/wav' }
const boundary = 'a'.repeat(48)

describe('multipart()', () => {
  test('multipart() makes a form that others can read', async () => {
    const bytes = Uint8Array.from({ length: 1_000 }, (_, i) => i & 0xff)
    const fields = [
      ['model', 'whisper-1'],
      ['timestamp_granularities[]', 'word'],
      ['timestamp_granularities[]', 'segment'],
    ] as const
    const got = await read(multipart(fields, { ...file, bytes }, boundary))
    assert.equal(got.form.get('model'), 'whisper-1')
    assert.deepEqual(got.form.getAll('timestamp_granularities[]'), ['word', 'segment'])
    assert.deepEqual([got.file.name, got.file.type], ['speech.wav', 'audio/wav'])
    assert.deepEqual(got.bytes, bytes)
  })

  test('multipart() carries any bytes and any text of one line', async () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''))
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), line, async (bytes, prompt) => {
        const got = await read(multipart([['prompt', prompt]], { ...file, bytes }, boundary))
        assert.deepEqual(got.bytes, bytes)
        assert.equal(got.form.get('prompt'), prompt.toWellFormed())
      }),
      { numRuns: 50 },
    )
  })

  test('multipart() keeps a value on its line', async () => {
    const got = await read(
      multipart([['prompt', 'one\r\ntwo']], { ...file, bytes: new Uint8Array(1) }, boundary),
    )
    assert.equal(got.form.get('prompt'), 'one two')
  })
})
