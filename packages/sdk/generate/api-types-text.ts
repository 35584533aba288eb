import { descriptionOf, member, schemaType, type Schema } from './schema-type.ts'

/** What is read of an OpenAPI 3.1 document. */
export interface ApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

const header = `/* oxlint-disable max-lines -- generated */
/**
 * What the API takes and answers. Written by "node packages/sdk/generate/write-api-types.ts" from spec/openapi.json; not
 * to be edited.
 */
`

/**
 * The text of `src/api-types.ts` for an API: `Schemas`, its resources by name, and `Routes`, what each method and path takes
 * and answers. Throws for a description that it does not understand.
 */
export function apiTypesText(document: ApiDocument): string {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      member(`${method.toUpperCase()} ${path}`, '', routeType(operation), operation.summary, '  '),
    ),
  )
  const body = routes.join('')
  const all = document.components.schemas
  const schemas = named(all, body).map((name) => {
    const schema = all[name] ?? {}
    return member(name, '', schemaType(schema, '  '), schema.description, '  ')
  })
  return `${header}export interface Schemas {\n${schemas.join('')}}\n\nexport interface Routes {\n${body}}\n`
}

/** The schemas that a text names, and those that they name, in the document's order. */
function named(all: ApiDocument['components']['schemas'], text: string): string[] {
  const found = new Set<string>()
  const look = (text: string) => {
    for (const [, name = ''] of text.matchAll(/Schemas\['(\w+)'\]/g)) {
      if (found.has(name)) continue
      found.add(name)
      look(schemaType(all[name] ?? {}, ''))
    }
  }
  look(text)
  return Object.keys(all).filter((name) => found.has(name))
}

function routeType(operation: Operation): string {
  const { requestBody } = operation
  const body = requestBody?.content['application/json']?.schema
  const parts = [
    parametersOf(operation, 'path'),
    parametersOf(operation, 'query'),
    body &&
      member(
        'body',
        requestBody?.required === true ? '' : '?',
        schemaType(body, '      '),
        undefined,
        '      ',
      ),
  ].filter((part) => part !== undefined)
  const request = parts.length === 0 ? '{}' : `{\n${parts.join('')}    }`
  return `{\n    readonly request: ${request}\n    readonly answer: ${answerType(operation)}\n  }`
}

/** What a successful answer's JSON is; `undefined` when it is something else, or nothing. */
function answerType({ responses }: Operation): string {
  for (const [status, { content }] of Object.entries(responses)) {
    const schema = status.startsWith('2') ? content?.['application/json']?.schema : undefined
    if (schema) return schemaType(schema, '    ')
  }
  return 'undefined'
}

/** A parameter of the query may be given as undefined, to be left out. */
function parametersOf(operation: Operation, place: 'path' | 'query'): string | undefined {
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === place)
  if (parameters.length === 0) return undefined
  const indent = '        '
  const members = parameters.map(({ name, required, description, schema }) => {
    const type = schemaType(schema, indent)
    const said = descriptionOf(description === undefined ? schema : { ...schema, description })
    return required === true
      ? member(name, '', type, said, indent)
      : member(name, '?', `${type} | undefined`, said, indent)
  })
  const optional = parameters.some(({ required }) => required === true) ? '' : '?'
  return member(place, optional, `{\n${members.join('')}      }`, undefined, '      ')
}
