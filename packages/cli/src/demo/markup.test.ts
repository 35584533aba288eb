import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { markup } from './markup.ts'

test('markup() escapes what is put into text and attributes', () => {
  const evil = `"><script>alert('1')</script>&`
  assert.equal(
    markup`<p title="${evil}">${evil}</p>`.text,
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;">' +
      '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</p>',
  )
})

test('markup() nests markup and lists of it as they are', () => {
  const items = ['<a>', 'b'].map((text) => markup`<li>${text}</li>`)
  assert.equal(markup`<ul>${items}</ul>`.text, '<ul><li>&lt;a&gt;</li><li>b</li></ul>')
})

test('markup() lets no text through that could open a tag or end an attribute', () => {
  fc.assert(
    fc.property(fc.string(), (text) => assert.doesNotMatch(markup`${text}`.text, /[<>"']|&(?!\w+;|#39;)/)),
  )
})
