import swagger from '@fastify/swagger'
import fastify from 'fastify'
import type { ServerOptions } from 'node:https'
import type { OpenAPIV3_1 } from 'openapi-types'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { Scope, TokenRow } from '#access'
import type { Random } from '#kernel'
import { openApiInfo } from './openapi-info.ts'
import { answerProblem, toApiError } from './answer-problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller's token must be good for; `open` asks for no token. A route without it is refused to everybody. */
    scope?: Scope | 'open'
  }
  interface FastifyRequest {
    /** Set by authentication, before the body is read. */
    token: TokenRow | null
  }
}

const bodyLimitBytes = 64 * 1024 // fifty commands are under 16 KiB
const requestTimeoutMs = 30_000 // for a request to arrive whole (slow-loris guard)

/** The bare HTTPS server: schemas, problem answers, OpenAPI; no routes yet. */
export async function fastifyApi(options: { https: ServerOptions; random: Random }) {
  const app = fastify({
    https: {
      minVersion: 'TLSv1.2',
      honorCipherOrder: true,
      handshakeTimeout: 5_000,
      headersTimeout: 10_000,
      ...options.https,
    },
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    genReqId: () => `req_${Buffer.from(options.random.bytes(16)).toString('hex')}`,
    requestIdHeader: false,
    frameworkErrors: (error, request, reply) => answerProblem(reply, request.id, toApiError(error)),
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.removeContentTypeParser('text/plain')
  app.decorateRequest('token', null)
  app.server.maxConnections = 1_024
  await app.register(swagger, {
    openapi: openApiInfo,
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document) as Document),
  })
  return app
}

type Document = Partial<OpenAPIV3_1.Document>

/** Every schema comes in a form for requests too; those that nothing refers to are left out. */
function withoutUnused(document: Document): Document {
  const text = JSON.stringify(document)
  const schemas = Object.entries(document.components?.schemas ?? {})
  const used = schemas.filter(([name]) => text.includes(`"#/components/schemas/${name}"`))
  const left = { ...document, components: { ...document.components, schemas: Object.fromEntries(used) } }
  return used.length === schemas.length ? left : withoutUnused(left) // what only they referred to
}

export type FastifyApi = Awaited<ReturnType<typeof fastifyApi>>
