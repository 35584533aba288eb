/** JSON Schema as the API's description uses it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
}

const understood = new Set(
  '$ref type description enum const anyOf oneOf items properties required additionalProperties'.split(' '),
)
/** These narrow which values are right, and nothing that a type can say. */
const beyondTypes = new Set(
  'pattern format minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength minItems maxItems propertyNames default contentMediaType'.split(
    ' ',
  ),
)

/** The TypeScript type of what a schema describes, its lines indented from the second on. Throws for what it does not know. */
export function schemaType(schema: Schema, indent: string): string {
  for (const keyword of Object.keys(schema))
    if (!understood.has(keyword) && !beyondTypes.has(keyword))
      throw new Error(`no type is known for the keyword ${keyword}`)
  if (schema.$ref !== undefined) return `Schemas['${schema.$ref.replace('#/components/schemas/', '')}']`
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum) return union(schema.enum.map(literal))
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return union(choices.map((choice) => schemaType(choice, indent)))
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => schemaType({ type }, indent)))
  return plainType(schema, indent)
}

/** A member of an interface, with what is said of it above. */
export function member(
  name: string,
  optional: string,
  type: string,
  description: string | undefined,
  indent: string,
): string {
  const comment = description === undefined ? '' : `${indent}/** ${description.replaceAll('*/', '*\\/')} */\n`
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : literal(name)
  return `${comment}${indent}readonly ${key}${optional}: ${type}\n`
}

/** What a schema says of itself, and what it is when it is left out. */
export function descriptionOf({ description, default: value }: Schema): string | undefined {
  const otherwise = value === undefined ? undefined : `Default: \`${JSON.stringify(value)}\``
  return description !== undefined && otherwise !== undefined
    ? `${description}. ${otherwise}`
    : (description ?? otherwise)
}

function plainType(schema: Schema, indent: string): string {
  switch (schema.type) {
    case undefined:
      return 'unknown'
    case 'string':
    case 'boolean':
    case 'null':
    case 'number':
      return schema.type
    case 'integer':
      return 'number'
    case 'array':
      return arrayOf(schemaType(schema.items ?? {}, indent))
    case 'object':
      return objectType(schema, indent)
    default:
      throw new Error(`no type is known for ${JSON.stringify(schema.type)}`)
  }
}

function objectType(schema: Schema, indent: string): string {
  const others = schema.additionalProperties
  if (!schema.properties)
    return `Readonly<Record<string, ${schemaType(typeof others === 'object' ? others : {}, indent)}>>`
  if (typeof others === 'object' && Object.keys(others).length > 0)
    throw new Error('no type is known for an object with properties and others')
  const inside = `${indent}  `
  const members = Object.entries(schema.properties).map(([name, property]) =>
    member(
      name,
      schema.required?.includes(name) === true ? '' : '?',
      schemaType(property, inside),
      descriptionOf(property),
      inside,
    ),
  )
  return `{\n${members.join('')}${indent}}`
}

function arrayOf(item: string): string {
  return /^\w+(\['\w+'\])?$/.test(item) || (item.startsWith('{') && item.indexOf('}') === item.length - 1)
    ? `readonly ${item}[]`
    : `readonly (${item})[]`
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ')
}

function literal(value: unknown): string {
  return typeof value === 'string'
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    : JSON.stringify(value)
}
