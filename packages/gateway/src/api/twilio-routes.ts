import type { FastifyRequest } from 'fastify'
import { accountSid } from '#kernel'
import { callerOf } from './authenticate.ts'
import { requestFailed } from './events.ts'
import type { FastifyApi } from './fastify-api.ts'
import { ApiError } from './problem.ts'
import type { RouteContext } from './route-context.ts'
import { twilioPrefix } from './twilio-account.ts'
import { twilioCallsRoutes } from './twilio-calls-routes.ts'
import { answerTwilioError, notFound, toTwilioError } from './twilio-error.ts'
import { twilioPaymentsRoutes } from './twilio-payments-routes.ts'
import { twilioRecordingsRoutes } from './twilio-recordings-routes.ts'
import { twilioStreamsRoutes } from './twilio-streams-routes.ts'

/**
 * What clients of Twilio's REST API know, in their own form, over what `/v1` is over. It is another's API and documented by them, so
 * that it is not in our OpenAPI document.
 */
export async function twilioRoutes(context: RouteContext): Promise<void> {
  const { app, deps } = context
  await app.register(
    async (scoped) => {
      scoped.removeAllContentTypeParsers()
      const form = 'application/x-www-form-urlencoded'
      scoped.addContentTypeParser(form, { parseAs: 'string' }, (_request, body, done) => done(null, body))
      scoped.addHook('onRequest', async (request) => ownAccount(request))
      scoped.setErrorHandler((thrown, request, reply) => {
        const error = toTwilioError(thrown)
        if (error.status >= 500) requestFailed(deps.log, request, new ApiError('internal', { cause: thrown }))
        return answerTwilioError(reply, request.id, error)
      })
      scoped.setNotFoundHandler((request, reply) => answerTwilioError(reply, request.id, notFound()))
      const own = { ...context, app: scoped as unknown as FastifyApi }
      twilioCallsRoutes(own)
      twilioRecordingsRoutes(own)
      twilioStreamsRoutes(own)
      twilioPaymentsRoutes(own)
    },
    { prefix: `${twilioPrefix}Accounts/:account` },
  )
}

/** Another tenant's account does not exist. */
function ownAccount(request: FastifyRequest): void {
  const { account } = request.params as { readonly account?: string }
  if (account !== accountSid(callerOf(request).tenant)) throw notFound()
}
