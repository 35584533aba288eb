import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promptFor } from './collect-prompts.ts'
import { begin, traced } from './fake-run.ts'
import { answers, fakeWorld } from './fake-world.ts'

const prompts = {
  prompt_url: '/ask.wav',
  repeat_prompt_url: '/again.wav',
  confirm_prompt_url: '/confirm.wav',
  prompts: [
    { url: '/amex.wav', brand: 'amex' as const },
    { url: '/wrong-twice.wav', fault: 'luhn' as const, attempt: 3 },
    { url: '/wrong.wav', fault: 'luhn' as const },
    { url: '/last.wav', attempt: 3 },
  ],
}

for (const [what, occasion, brand, url] of [
  ['at first', { kind: 'ask', attempt: 1, fault: undefined }, undefined, '/ask.wav'],
  ['after a fault', { kind: 'ask', attempt: 2, fault: 'luhn' }, undefined, '/wrong.wav'],
  ['after a fault at an attempt', { kind: 'ask', attempt: 3, fault: 'luhn' }, undefined, '/wrong-twice.wav'],
  ['at an attempt', { kind: 'ask', attempt: 3, fault: 'too-short' }, undefined, '/last.wav'],
  ['of a brand', { kind: 'ask', attempt: 1, fault: undefined }, 'amex', '/amex.wav'],
  ['of another brand', { kind: 'ask', attempt: 1, fault: undefined }, 'visa', '/ask.wav'],
  ['when it is repeated', { kind: 'again', attempt: 3, fault: 'luhn' }, undefined, '/again.wav'],
  ['when it is confirmed', { kind: 'confirm', attempt: 3, fault: 'luhn' }, 'amex', '/confirm.wav'],
] as const)
  test(`promptFor() has ${url} played ${what}`, () => {
    assert.equal(promptFor(prompts, occasion, brand), url)
  })

test('promptFor() has nothing played where nothing is given', () => {
  const occasion = { kind: 'again', attempt: 1, fault: undefined } as const
  assert.equal(promptFor({ prompts: [] }, occasion, undefined), undefined)
})

test('promptPlayer() says words that stand in place of an address', async () => {
  const world = fakeWorld()
  const field = { field: 'card-code', prompt_url: 'say:Your code & please' }
  world.decisions.push(answers({ type: 'collect', fields: [field] }))
  await begin(world)
  assert.deepEqual(traced(world, /^(speak|play)/), ['speak -: Your code & please', 'play 1440'])
})
