import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleFacts } from './sample-facts.ts'
import { textReport } from './text-report.ts'

test('textReport() draws the ladder and names what protected the call', () => {
  const report = textReport(sampleFacts(), [])
  const expected = [
    '   0.000 s  caller ───▶ voxkeep           INVITE  (SDP, 581 bytes)',
    '   0.002 s              voxkeep ───▶ app  call.incoming  (signed webhook over TLS)',
    '   0.020 s              voxkeep ◀─── app  answer, stream  (signature verified)',
    '  signalling              TLSv1.3, TLS_AES_256_GCM_SHA384, key agreement X25519',
    '  refused                 a forged webhook: answered 401',
  ]
  for (const line of expected) assert.ok(report.split('\n').includes(line), `${line}\n${report}`)
  assert.match(report, /none in 10 files \(40\.0 MB\)/)
  assert.match(report, /\nAll is well\.$/)
})

test('textReport() ends with what is not well', () => {
  const report = textReport({ steps: [] }, ['the gateway did not start'])
  assert.match(report, /Not well:\n {2}the gateway did not start$/)
})
