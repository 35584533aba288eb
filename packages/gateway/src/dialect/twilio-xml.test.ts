import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { DialectError } from './error.ts'
import { elementsOf, parseXml, textOf, type XmlElement } from './twilio-xml.ts'

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

function serialize({ name, attributes, children }: XmlElement): string {
  const named = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`)
  const inside = children.map((child) => (typeof child === 'string' ? escape(child) : serialize(child)))
  return `<${name}${named.join('')}>${inside.join('')}</${name}>`
}

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/)
const text = fc.stringMatching(/^[ -~äß€]{1,12}$/)
const { element } = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc.record({
    name: word,
    attributes: fc.dictionary(word, text, { maxKeys: 3 }),
    // Two texts in a row are one.
    children: fc.oneof(
      { depthSize: 'small' },
      fc.array(text, { maxLength: 1 }),
      fc.array(tie('element'), { maxLength: 3 }),
    ),
  }),
}))

const plain = ({ name, attributes, children }: XmlElement): unknown => ({
  name,
  attributes: { ...attributes },
  children: children.map((child) => (typeof child === 'string' ? child : plain(child))),
})

test('parseXml() undoes a serializer', () => {
  fc.assert(
    fc.property(element, (tree) => {
      assert.deepEqual(plain(parseXml(serialize(tree))), plain(tree))
    }),
    { numRuns: 60 },
  )
})

test('parseXml() gives an element or a DialectError, whatever the text', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    '&',
    ';',
    '!',
    '--',
    '[CDATA[',
    ']]>',
    '<!DOCTYPE a',
    'a',
    ' ',
    '"',
    '=',
    '?',
    '&#x1;',
    '\u0000',
  )
  const noise = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')),
  )
  fc.assert(
    fc.property(noise, (xml) => {
      try {
        assert.equal(typeof parseXml(xml).name, 'string')
      } catch (error) {
        assert.ok(error instanceof DialectError, String(error))
      }
    }),
    { numRuns: 200 },
  )
})

test('parseXml() resolves the entities that XML has, takes CDATA as it stands, and leaves comments out', () => {
  const root = parseXml(
    '<?xml version="1.0"?><a x="&#65;&#x42;">1 &lt;<!-- no --><![CDATA[&amp;<b>]]><c/></a>',
  )
  assert.deepEqual(
    [root.attributes['x'], textOf(root), elementsOf(root).map(({ name }) => name)],
    ['AB', '1 <&amp;<b>', ['c']],
  )
})

test('parseXml() takes no document with a DTD, however it is hidden from a first look', () => {
  const dtd = '<!DOCTYPE x [<!ENTITY a "b">]>'
  for (const text of [
    `${dtd}<a/>`,
    `<a>${dtd}</a>`,
    `<a><![CDATA[<!--]]>${dtd}<![CDATA[-->]]></a>`,
    `<a><!--<![CDATA[-->${dtd}<!--]]>--></a>`,
    `<a><b c="<!--"/>${dtd}<b c="-->"/></a>`,
  ])
    assert.throws(
      () => parseXml(text),
      (error) => error instanceof DialectError && error.fault.message === 'the document has a DTD',
      text,
    )
})

test('parseXml() takes no document that would take the parser long', () => {
  for (const text of [
    `<a>${'<b/>'.repeat(5_000)}</a>`,
    `<a ${Array.from({ length: 5_000 }, (_, at) => `b${at}=""`).join(' ')}/>`,
  ])
    assert.throws(
      () => parseXml(text),
      (error) =>
        error instanceof DialectError && error.fault.message.includes('too many elements or attributes'),
    )
})
