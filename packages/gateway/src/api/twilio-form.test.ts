import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { TwilioError } from './twilio-error.ts'
import { parseForm } from './twilio-form.ts'

test('parseForm() undoes URLSearchParams, repeated names in their order', () => {
  const pairs = fc.array(fc.tuple(fc.string({ maxLength: 20 }), fc.string({ minLength: 1, maxLength: 40 })), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(pairs, (sent) => {
      const list = sent.map(([name, value]): [string, string] => [name.toWellFormed(), value.toWellFormed()])
      const form = parseForm(new URLSearchParams(list).toString())
      for (const [name] of list)
        assert.deepEqual(
          form.all(name),
          list.filter(([other]) => other === name).map(([, value]) => value),
        )
    }),
  )
})

test('parseForm() never throws but a TwilioError, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseForm(text)))
  assert.throws(() => parseForm('a=1&'.repeat(600)), TwilioError)
})

test('a form’s empty parameter is one that is not given', () => {
  const form = parseForm('Url=&Timeout=&Record=')
  assert.equal(form.text('Url'), undefined)
  assert.equal(form.int('Timeout', 1, 10), undefined)
  assert.equal(form.bool('Record'), undefined)
  assert.equal(form.has('Url'), true)
})

test('a form refuses what is no number, no word and no address', () => {
  const form = parseForm('Timeout=ten&Record=perhaps&Url=http://app.test&Method=PUT')
  assert.throws(() => form.int('Timeout', 1, 600), { code: 20_001, status: 400 })
  assert.throws(() => form.bool('Record'), { code: 20_001 })
  assert.throws(() => form.url('Url', 21_205), { code: 21_205 })
  assert.throws(() => form.method('Method'), { code: 20_001 })
  assert.throws(() => form.refuse('Timeout'), { code: 20_001 })
})
