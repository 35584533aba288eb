import { contentSecurityPolicy, pageFiles } from '@voxkeep/console'
import { ApiError } from './problem.ts'
import type { RouteContext } from './route-context.ts'

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

/** The live page. Its files hold nothing, so they need no token; what it shows it asks of the API, with the token that its user gives it. */
export function consoleRoutes({ app }: RouteContext): void {
  const files = pageFiles()
  app.route({
    method: 'GET',
    url: '/console',
    config: { scope: 'open' },
    schema: { hide: true },
    handler: (_, reply) => reply.redirect('/console/'),
  })
  app.route({
    method: 'GET',
    url: '/console/*',
    config: { scope: 'open' },
    schema: { hide: true },
    handler(request, reply) {
      const { '*': name } = request.params as { '*': string }
      const file = files.get(name === '' ? 'index.html' : name)
      if (file === undefined) throw new ApiError('not-found')
      return reply.headers(headers).type(file.contentType).send(file.body)
    },
  })
}
