import { z } from 'zod'
import { voiceSubject } from '#call'
import { callerOf } from './authenticate.ts'
import type { ApiVerifier } from './deps-verifiers.ts'
import { areKeysAway } from './keys-away.ts'
import { ApiError } from './problem.ts'
import { providerFacts, providerFigures, showProvider } from './provider-view.ts'
import { auditAct, problemResponse, type RouteContext } from './route-context.ts'

const tags = ['speech']
const verifierId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)

const verifier = z
  .object({
    ...providerFacts,
    kind: z.enum(['https', 'command']),
    refused: z
      .enum(['region', 'data-class', 'training'])
      .nullable()
      .describe('Why it may be given no voice of this tenant; null: it may'),
    ...providerFigures,
    results: z.record(z.string(), z.int()).describe('How often each was for this tenant, since the start'),
  })
  .meta({ id: 'Verifier' })

/** What compares voices: what is known of each engine, and that it forgets somebody. */
export function verifierRoutes(context: RouteContext): void {
  listRoute(context)
  forgetRoute(context)
}

function listRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/verifiers',
    config: { scope: 'calls:read' },
    schema: {
      operationId: 'listVerifiers',
      summary: 'List the engines that compare voices, with their facts and their health',
      description:
        '`sessions` and `failures` are those of all tenants together, `results` those of this one.',
      tags,
      response: {
        200: z.object({ data: z.array(verifier) }).meta({ id: 'VerifierList' }),
        default: problemResponse,
      },
    },
    async handler(request) {
      return { data: deps.verifiers.verifiers(callerOf(request).tenant).map(showVerifier) }
    },
  })
}

function forgetRoute({ app, deps }: RouteContext): void {
  app.route({
    method: 'DELETE',
    url: '/v1/verifiers/:id/subjects/:subject',
    config: { scope: 'subjects:erase' },
    schema: {
      operationId: 'forgetVoice',
      summary: 'Have an engine forget a person’s voice',
      description:
        'The gateway keeps no voiceprint: the engine does, under the subject. Again: nothing. 503 says that the engine could not be told, and may still know the voice.',
      tags,
      params: z.object({ id: verifierId, subject: voiceSubject }),
      response: { 204: z.null().describe('It does not know the voice'), default: problemResponse },
    },
    async handler(request, reply) {
      const { tenant } = callerOf(request)
      const { id, subject } = request.params
      const whose = pseudonymOf(deps.verifiers, tenant, subject)
      await auditAct(deps, request, { type: 'verifier.forget', fields: { verifier: id, subject: whose } })
      const forgotten = await deps.verifiers.forget(id, { tenant, subject }, request.signal)
      if (forgotten === 'unknown') throw new ApiError('not-found')
      if (forgotten === 'unavailable') throw new ApiError('verifier-unavailable')
      return reply.code(204).send(null)
    },
  })
}

/** Whose it is stands in the audit log as a keyed hash; without the key there is none. */
function pseudonymOf(
  verifiers: RouteContext['deps']['verifiers'],
  ...whose: Parameters<RouteContext['deps']['verifiers']['pseudonym']>
): string {
  try {
    return verifiers.pseudonym(...whose)
  } catch (cause) {
    throw areKeysAway(cause) ? new ApiError('audit-unavailable', { cause }) : cause
  }
}

function showVerifier(one: ApiVerifier): z.output<typeof verifier> {
  return { ...showProvider(one), results: { ...one.results } }
}
