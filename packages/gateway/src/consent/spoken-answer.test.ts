import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { spokenAnswer } from './spoken-answer.ts'

for (const [language, text, answer] of [
  ['en-US', 'Yes, that’s fine.', 'yes'],
  ['en-US', 'uh okay', 'yes'],
  ['en-GB', 'no thank you', 'no'],
  ['en-US', 'I do not agree', 'no'],
  ['en-US', "I don't consent", 'no'],
  ['en-US', 'yes, but do not record it', 'no'],
  ['en-US', 'who is calling?', undefined],
  ['de-DE', 'Ja, natürlich', 'yes'],
  ['de-DE', 'damit bin ich nicht einverstanden', 'no'],
  ['es-ES', 'sí, de acuerdo', 'yes'],
  ['es-MX', 'no quiero', 'no'],
  ['fr-FR', 'oui, d’accord', 'yes'],
  ['fr-FR', 'je ne suis pas d’accord', 'no'],
  ['hi-IN', 'जी हाँ', 'yes'],
  ['hi-IN', 'ji nahi', 'no'],
  ['sv-SE', 'ja', undefined],
] as const)
  test(`spokenAnswer() takes “${text}” (${language}) for ${answer ?? 'neither'}`, () => {
    assert.equal(spokenAnswer(text, language), answer)
  })

test('spokenAnswer() never takes for a yes what holds a no', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      assert.notEqual(spokenAnswer(`${before} no ${after}`, 'en-US'), 'yes')
    }),
  )
})
