import { z } from 'zod'
import { configSchema } from './config-schema.ts'

interface Node {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly const?: string | number | boolean
  readonly oneOf?: readonly Node[]
  readonly anyOf?: readonly Node[]
}

/** The configuration reference in Markdown, made from the schema, so that it cannot say anything else. */
export function configReference(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Node
  return `${heading}${rows('', schema).join('\n')}\n`
}

const heading = `# Configuration

One YAML or JSON file. Relative paths are taken from the file's own folder. Unknown settings, wrong values and secrets written in
place of references are refused at start, each with its line and what to do. Made by \`node packages/gateway/src/main.ts config-reference\`.

| setting | value | default | |
| --- | --- | --- | --- |
`

function rows(prefix: string, node: Node): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const inner = child.type === 'array' ? child.items : child
    const innerPath = child.type === 'array' && inner?.properties !== undefined ? `${path}[]` : path
    if (inner?.properties !== undefined) return rows(innerPath, inner)
    const kinds = kindsOf(inner)
    if (kinds.length > 0) return kinds.flatMap(([kind, node]) => rows(`${path}[${kind}]`, node))
    const required = node.required?.includes(name) === true
    return [
      `| \`${innerPath}\` | ${valueOf(child)} | ${defaultOf(child, required)} | ${child.description ?? ''} |`,
    ]
  })
}

/** The members of a union that `kind` tells apart. */
function kindsOf(node: Node | undefined): (readonly [kind: string, of: Node])[] {
  return (node?.oneOf ?? node?.anyOf ?? []).flatMap((member) => {
    const kind = member.properties?.['kind']?.const
    return typeof kind === 'string' ? [[kind, member] as const] : []
  })
}

function valueOf(node: Node): string {
  if (node.type === 'array') return `list of ${valueOf(node.items ?? {})}`
  if (node.const !== undefined) return `\`${String(node.const)}\``
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (node.type === 'integer') return range(node)
  return node.type ?? ''
}

function range(node: Node): string {
  const bounded = node.maximum !== undefined && node.maximum < Number.MAX_SAFE_INTEGER
  const from = node.minimum !== undefined && node.minimum > Number.MIN_SAFE_INTEGER ? node.minimum : undefined
  if (from === undefined) return 'whole number'
  return bounded ? `${from} to ${node.maximum}` : `${from} or more`
}

function defaultOf(node: Node, required: boolean): string {
  if (node.default !== undefined) return `\`${JSON.stringify(node.default)}\``
  return required ? '**required**' : ''
}
