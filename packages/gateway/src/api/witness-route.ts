import { z } from 'zod'
import type { FastifyApi } from './fastify-api.ts'
import { ApiError } from './problem.ts'
import { problemResponse, type RouteContext } from './route-context.ts'

/** Where others' logs ask us to cosign (C2SP tlog-witness). Nobody needs a token: a known log's signature is what lets in. */
export async function witnessRoute({ app, deps }: RouteContext): Promise<void> {
  await app.register(async (scoped) => {
    // The protocol names no media type, so whatever is said is taken for text; here alone.
    scoped.removeAllContentTypeParsers()
    scoped.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    ;(scoped as FastifyApi).route({
      method: 'POST',
      url: '/v1/audit/witness/add-checkpoint',
      config: { scope: 'open' },
      schema: {
        operationId: 'addCheckpoint',
        summary: 'Have a log’s checkpoint cosigned (C2SP tlog-witness)',
        tags: ['audit'],
        security: [],
        body: z.string().max(64 * 1024),
        response: {
          200: { description: 'Cosignature lines', content: { 'text/plain': { schema: z.string() } } },
          default: problemResponse,
        },
      },
      async handler(request, reply) {
        const { witness } = deps.auditLog
        if (witness === undefined) throw new ApiError('not-found')
        const { status, body, contentType } = await witness.addCheckpoint(request.body)
        return reply.code(status).type(contentType).send(body)
      },
    })
  })
}
