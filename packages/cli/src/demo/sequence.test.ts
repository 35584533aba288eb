import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleFacts } from './sample-facts.ts'
import { sequenceOf, type Step } from './sequence.ts'

const { call } = sampleFacts()
assert.ok(call)

function told(step: Step): string {
  switch (step.kind) {
    case 'message':
      return `${step.atMs} ${step.route}: ${step.label}`
    case 'act':
      return `${step.atMs} ${step.label}`
    case 'audio':
      return `${step.atMs} audio for ${step.durationMs}: ${step.labels.stream}`
  }
}

test('sequenceOf() puts SIP, webhook, stream, recording and audio into one order', () => {
  assert.deepEqual(sequenceOf(call).map(told), [
    '0 phone gateway: INVITE',
    '2 gateway phone: 180 Ringing',
    '2 gateway app: call.incoming',
    '20 app gateway: answer, stream',
    '25 gateway phone: 200 OK',
    '27 phone gateway: ACK',
    '28 recording begins',
    '40 gateway app: audio stream opens',
    '40 audio for 4960: 248 frames out, 240 back',
    '5000 phone gateway: BYE',
    '5020 recording sealed',
  ])
})

test('sequenceOf() tells what it can of a call that never came to audio', () => {
  const refused = { ...call, ladder: null, story: [], receipt: null }
  assert.deepEqual(sequenceOf(refused), [])
})
