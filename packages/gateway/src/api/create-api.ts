import type { ServerOptions } from 'node:https'
import { alertsRoutes } from './alerts-routes.ts'
import { answerProblem, toApiError } from './answer-problem.ts'
import { auditRoutes } from './audit-routes.ts'
import { authentication } from './authenticate.ts'
import { callsRoutes } from './calls-routes.ts'
import { consentsRoutes } from './consents-routes.ts'
import { consoleRoutes } from './console-routes.ts'
import { dialingRoutes } from './dialing-routes.ts'
import { cursors } from './cursor.ts'
import type { ApiDeps } from './deps.ts'
import { requestFailed, requestServed } from './events.ts'
import { keysRoutes } from './keys-routes.ts'
import { fastifyApi, type FastifyApi } from './fastify-api.ts'
import { holdsRoutes } from './holds-routes.ts'
import { startIdempotency } from './idempotency.ts'
import { jobsRoutes } from './jobs-routes.ts'
import { ApiError } from './problem.ts'
import { backupsRoutes } from './backups-routes.ts'
import { liveRoutes } from './live-routes.ts'
import { objectsRoutes } from './objects-routes.ts'
import { paymentsRoutes } from './payments-routes.ts'
import { recordingsRoutes } from './recordings-routes.ts'
import { retentionRoutes } from './retention-routes.ts'
import { speechRoutes } from './speech-routes.ts'
import { verifierRoutes } from './verifier-routes.ts'
import { voiceRoutes } from './voice-routes.ts'
import { subjectsRoutes } from './subjects-routes.ts'
import { systemRoutes } from './system-routes.ts'
import { tokensRoutes } from './tokens-routes.ts'
import { transcriptRoute } from './transcript-route.ts'
import { twilioRoutes } from './twilio-routes.ts'
import { vaultRoutes } from './vault-routes.ts'
import { witnessRoute } from './witness-route.ts'

/** The API with all its routes, not yet listening. Closing it ends its timers. */
export async function createApi(deps: ApiDeps, https: ServerOptions): Promise<FastifyApi> {
  const app = await fastifyApi({ https, random: deps.random })
  const authenticate = authentication(deps)
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'x-request-id': request.id,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': 'max-age=31536000',
    })
    await authenticate(request)
  })
  app.addHook('onResponse', async (request, reply) => requestServed(deps.log, request, reply))
  app.setErrorHandler((thrown, request, reply) => {
    const error = toApiError(thrown)
    if (error.cause !== undefined && error.code !== 'request-invalid') requestFailed(deps.log, request, error)
    return answerProblem(reply, request.id, error)
  })
  app.setNotFoundHandler((request, reply) => answerProblem(reply, request.id, new ApiError('not-found')))
  const idempotency = startIdempotency(deps)
  app.addHook('onClose', async () => idempotency[Symbol.dispose]())
  const context = { app, deps, cursors: cursors(deps.key), once: idempotency.once }
  callsRoutes(context)
  liveRoutes(context)
  consoleRoutes(context)
  transcriptRoute(context)
  recordingsRoutes(context)
  objectsRoutes(context)
  backupsRoutes(context)
  retentionRoutes(context)
  holdsRoutes(context)
  consentsRoutes(context)
  speechRoutes(context)
  voiceRoutes(context)
  verifierRoutes(context)
  vaultRoutes(context)
  paymentsRoutes(context)
  subjectsRoutes(context)
  jobsRoutes(context)
  tokensRoutes(context)
  dialingRoutes(context)
  keysRoutes(context)
  alertsRoutes(context)
  auditRoutes(context)
  await witnessRoute(context)
  await twilioRoutes(context)
  systemRoutes(context)
  await app.ready()
  return app
}
