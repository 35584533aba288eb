import { z } from 'zod'
import { problemResponse, type RouteContext } from './route-context.ts'

const tags = ['system']

export function systemRoutes({ app, deps }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/health',
    config: { scope: 'open' },
    schema: {
      operationId: 'getHealth',
      summary: 'Whether the gateway answers; nothing else is told without a token',
      tags,
      security: [],
      response: { 200: z.object({ status: z.literal('ok') }), default: problemResponse },
    },
    handler: () => ({ status: 'ok' as const }),
  })
  app.route({
    method: 'GET',
    url: '/metrics',
    config: { scope: 'metrics:read' },
    schema: {
      operationId: 'getMetrics',
      summary: 'Metrics in Prometheus text form',
      tags,
      response: {
        200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
        default: problemResponse,
      },
    },
    handler: async (_, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await deps.metrics()),
  })
  app.route({
    method: 'GET',
    url: '/v1/openapi.json',
    config: { scope: 'open' },
    schema: { hide: true },
    handler: (_, reply) => reply.type('application/json').send(JSON.stringify(app.swagger())),
  })
}
