import { acceptOnWorkers } from '@voxkeep/sdk'
import { echoApp, type EchoApp } from './echo-app.ts'

let app: EchoApp | undefined

/** A Worker: its secret is a binding. */
// oxlint-disable-next-line import/no-default-export -- what a Worker is
export default {
  fetch(request: Request, { SECRET }: { readonly SECRET: string }): Promise<Response> {
    app ??= echoApp(SECRET)
    return request.headers.get('upgrade') === 'websocket'
      ? acceptOnWorkers(app.streams, request)
      : app.webhook(request)
  },
}
