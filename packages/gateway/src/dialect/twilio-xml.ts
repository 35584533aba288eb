import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { DialectError } from './error.ts'

/** An element as it stands: names and values with their entities resolved, children in order. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (XmlElement | string)[]
}

const maxBytes = 64 * 1024 // what Twilio takes
const maxDepth = 16
const maxElements = 2_000
/** Of `<` and of `=`: an element has two of the one, and more attributes than this take the parser long. */
const maxSigns = 2 * maxElements + 500

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false, // the five that XML itself has are resolved here, and no document declares others
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: '#cdata',
})

/** Parses a document without a DTD. Throws `DialectError` (12100) for what is not well-formed, too large, too deep, or declares anything. */
export function parseXml(text: string): XmlElement {
  if (Buffer.byteLength(text) > maxBytes) fault(11_750, 'the document is larger than 64 KiB')
  // No DTD: neither files nor the network can be pulled in by one, nor a page of entities blown up to gigabytes. What only looks like one, inside
  // a comment or CDATA, is refused too: whoever tells those apart from outside the parser can be shown another document than the parser sees.
  if (/<!(?!--|\[CDATA\[)/.test(text)) fault(12_100, 'the document has a DTD')
  if (text.split('<').length > maxSigns || text.split('=').length > maxSigns)
    fault(12_100, 'the document has too many elements or attributes')
  const root = tree(text)
  const limits = { left: maxElements }
  return elementOf(root, 1, limits)
}

/** The text of an element and of all inside it. */
export function textOf({ children }: XmlElement): string {
  return children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('')
}

export function elementsOf({ children }: XmlElement): readonly XmlElement[] {
  return children.filter((child) => typeof child !== 'string')
}

type Node = Readonly<Record<string, unknown>>

function tree(text: string): Node {
  try {
    if (XMLValidator.validate(text) !== true) fault(12_100, 'the document is not well-formed')
    const nodes = (parser.parse(text) as unknown[]).filter(
      (node): node is Node => typeof node === 'object' && node !== null,
    )
    const roots = nodes.filter((node) => nameOf(node) !== '#text')
    const [root] = roots
    if (root === undefined || roots.length > 1) fault(12_100, 'the document has not one root')
    return root
  } catch (cause) {
    if (cause instanceof DialectError) throw cause
    throw new DialectError({ code: 12_100, message: 'the document is not well-formed' }, { cause })
  }
}

function nameOf(node: Node): string {
  return Object.keys(node).find((key) => key !== ':@') ?? ''
}

function elementOf(node: Node, depth: number, limits: { left: number }): XmlElement {
  if (depth > maxDepth || (limits.left -= 1) < 0)
    fault(12_100, 'the document is too deep or has too many elements')
  const name = nameOf(node)
  const attributes: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [key, value] of Object.entries((node[':@'] ?? {}) as Node))
    attributes[key] = resolve(String(value))
  const inside = Array.isArray(node[name]) ? (node[name] as Node[]) : []
  const children = inside.map((child) => childOf(child, depth, limits))
  return { name, attributes, children }
}

function childOf(child: Node, depth: number, limits: { left: number }): XmlElement | string {
  if ('#text' in child) return resolve(textIn(child))
  const cdata = child['#cdata']
  if (Array.isArray(cdata)) return cdata.map((part: Node) => textIn(part)).join('')
  return elementOf(child, depth + 1, limits)
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function resolve(text: string): string {
  return text.replace(/&([^;\s&]{0,12});?/g, (whole, name: string) => {
    const known = Object.hasOwn(entities, name) ? entities[name] : numbered(name)
    if (known === undefined || !whole.endsWith(';')) fault(12_100, 'the document has an unknown entity')
    return known
  })
}

function numbered(name: string): string | undefined {
  const match = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(name)
  if (match === null) return undefined
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16)
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  return isCharacter ? String.fromCodePoint(code) : undefined
}

function textIn(node: Node): string {
  const text = node['#text']
  return typeof text === 'string' ? text : ''
}

function fault(code: number, message: string): never {
  throw new DialectError({ code, message })
}
