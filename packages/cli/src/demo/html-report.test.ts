import assert from 'node:assert/strict'
import { test } from 'node:test'
import { htmlReport } from './html-report.ts'
import { sampleFacts } from './sample-facts.ts'

const madeAt = new Date('2026-11-21T12:00:00Z')
const evil = `<img src=x onerror="alert('1')">`

test('htmlReport() is complete by itself: it loads nothing and runs nothing', () => {
  const html = htmlReport(sampleFacts(), [], madeAt)
  assert.match(html, /^<!doctype html>/)
  assert.match(html, /Content-Security-Policy" content="default-src &#39;none&#39;; style-src/)
  assert.doesNotMatch(html, /<script|<link|<img|<iframe|\son\w+=|src=|href=|https?:/)
  assert.equal(html.match(/class="wave /g)?.length, 4)
  assert.match(html, /All is well/)
})

test('htmlReport() closes every element that it opens', () => {
  const html = htmlReport(sampleFacts(), ['a problem'], madeAt)
  const open: string[] = []
  for (const [, end, name = '', itself] of html.matchAll(/<(\/)?([a-z][a-z0-9]*)[^>]*?(\/)?>/gi)) {
    if (itself !== undefined || name === 'meta') continue
    if (end === undefined) open.push(name)
    else assert.equal(open.pop(), name)
  }
  assert.deepEqual(open, [])
})

test('htmlReport() escapes whatever the gateway and the network say', () => {
  const facts = sampleFacts()
  const { call, phone } = facts
  assert.ok(call && phone)
  facts.call = {
    ...call,
    story: [{ at: call.started_at, kind: evil, fields: { [evil]: evil } }],
    ladder: [{ atMs: 0, direction: 'sent', what: evil, cseq: evil, bodyBytes: 0 }],
  }
  facts.phone = { ...phone, tls: { ...phone.tls, peerNames: evil } }
  facts.trail = [{ index: 1, at: '', type: evil, actor: evil, fields: { a: evil }, hash: evil }]
  facts.attempts = [{ what: evil, how: evil, refused: false }]
  const html = htmlReport(facts, [evil], madeAt)
  assert.doesNotMatch(html, /<img/)
  assert.match(html, /&lt;img src=x onerror=&quot;alert\(&#39;1&#39;\)&quot;&gt;/)
})

test('htmlReport() tells what there is when the demo came to nothing', () => {
  const html = htmlReport({ steps: [] }, ['the gateway did not start'], madeAt)
  assert.match(html, /Not well/)
  assert.match(html, /the gateway did not start/)
})
