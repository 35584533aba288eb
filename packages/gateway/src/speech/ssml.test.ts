import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readSpoken } from './ssml.ts'

const said = (text: string) =>
  readSpoken(text)?.map((part) => (part.kind === 'pause' ? `(${part.ms})` : part.text))

test('readSpoken() takes plain text as it is, tags and entities among it', () => {
  assert.deepEqual(said('Fish & chips <b>now</b>'), ['Fish & chips <b>now</b>'])
  assert.deepEqual(said('  a\n b  '), ['a b'])
})

test('readSpoken() reads pauses, sentences and paragraphs', () => {
  assert.deepEqual(said('<speak>One<break time="500ms"/>two<break time="1.5s"/></speak>'), [
    'One',
    '(500)',
    'two',
    '(1500)',
  ])
  assert.deepEqual(said('<speak><p><s>One.</s><s>Two.</s></p>Three</speak>'), [
    'One.',
    '(300)',
    'Two.',
    '(700)',
    'Three',
  ])
  assert.deepEqual(said('<speak>a<break strength="none"/>b<break/>c<break time="99999s"/>d</speak>'), [
    'a b',
    '(400)',
    'c',
    '(10000)',
    'd',
  ])
})

test('readSpoken() spells what is to be spelled', () => {
  assert.deepEqual(said('<speak>Code <say-as interpret-as="digits">4711</say-as>.</speak>'), [
    'Code 4 7 1 1 .',
  ])
  assert.deepEqual(said('<speak><say-as interpret-as="characters">AB1</say-as></speak>'), ['A B 1'])
  assert.deepEqual(said('<speak><say-as interpret-as="telephone">+1 202-555</say-as></speak>'), [
    'plus 1, 2 0 2, 5 5 5',
  ])
})

test('readSpoken() says an alias in place of what it stands for, and what an unknown element holds', () => {
  assert.deepEqual(said('<speak><sub alias="World Wide Web">WWW</sub> <x:y z="1">here</x:y></speak>'), [
    'World Wide Web here',
  ])
  assert.deepEqual(said('<speak><phoneme alphabet="ipa" ph="x">word</phoneme></speak>'), ['word'])
})

test('readSpoken() tells tone and language of each part', () => {
  assert.deepEqual(
    readSpoken(
      '<speak>a <prosody rate="slow" volume="+6dB">b</prosody><lang xml:lang="de-DE">c</lang></speak>',
    ),
    [
      { kind: 'words', text: 'a', language: undefined, rate: 1, gainDb: 0 },
      { kind: 'words', text: 'b', language: undefined, rate: 0.75, gainDb: 6 },
      { kind: 'words', text: 'c', language: 'de-DE', rate: 1, gainDb: 0 },
    ],
  )
  assert.deepEqual(
    readSpoken('<speak xml:lang="fr-FR"><prosody rate="900%" volume="loudest">a</prosody></speak>'),
    [{ kind: 'words', text: 'a', language: 'fr-FR', rate: 2, gainDb: 0 }],
  )
})

test('readSpoken() undoes the entities of XML, and knows no others', () => {
  assert.deepEqual(said('<speak>&lt;a&gt; &amp; &#66;&#x43;</speak>'), ['<a> & BC'])
  assert.equal(said('<speak>&xxe;</speak>'), undefined)
  assert.equal(said('<speak>a & b</speak>'), undefined)
  assert.equal(said('<speak>&#0;</speak>'), undefined)
  assert.equal(said('<speak>&#xD800;</speak>'), undefined)
})

test('readSpoken() refuses what is not well-formed, and what no prompt needs', () => {
  for (const text of [
    '<speak>',
    '<speak>a</p></speak>',
    '<speak>a</speak>b',
    '<speak>a</speak><speak>b</speak>',
    '<speak><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>a</speak>',
    '<speak><?php x ?>a</speak>',
    '<speak><![CDATA[a]]></speak>',
    '<speak a="1" a="2">b</speak>',
    '<speak><p a=1>b</p></speak>',
    `<speak>${'<p>'.repeat(30)}a${'</p>'.repeat(30)}</speak>`,
    `<speak>${'a<break/>'.repeat(70)}</speak>`,
    `<speak>${'a<break time="10s"/>'.repeat(7)}</speak>`,
    '<speak><speak>a</speak></speak>',
  ])
    assert.equal(said(text), undefined, text)
  assert.deepEqual(said('<speak>a<!-- <b> -->c</speak>'), ['ac'])
  assert.deepEqual(said('<speak/>'), [])
})

test('readSpoken() never throws, whatever the text', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '<speak>',
      '</speak>',
      '<p>',
      '</p>',
      '<break time="',
      '"/>',
      '&',
      '&amp;',
      '<!--',
      '-->',
      '<',
      '>',
      "'",
    ),
    fc.string(),
  )
  fc.assert(fc.property(fc.array(part), (parts) => void readSpoken(`<speak>${parts.join('')}`)))
})

test('readSpoken() gives back every text that was escaped', () => {
  const escape = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 200 }), (text) => {
      const expected = text.replaceAll(/\s+/g, ' ').trim()
      assert.deepEqual(said(`<speak>${escape(text)}</speak>`), expected === '' ? [] : [expected])
    }),
  )
})
