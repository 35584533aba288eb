import twilio from 'twilio'
import { accountSid } from '#kernel'
import { pki, type FakeApi } from './fake-deps.ts'

const { RequestClient } = twilio

/** The `twilio` package's own client, unmodified, pointed at an API of ours. */
export function twilioClient(
  api: Pick<FakeApi, 'port'>,
  token: string,
  o: {
    readonly tenant?: string
    readonly user?: string
    readonly autoRetry?: boolean
    readonly eachAttempt?: () => void
  } = {},
) {
  const account = accountSid(o.tenant ?? 'acme')
  const options = { ca: pki.caPem, keepAlive: false, timeout: 10_000, autoRetry: o.autoRetry ?? false }
  const httpClient = new RequestClient(options)
  const { eachAttempt } = o
  if (eachAttempt !== undefined)
    httpClient.axios.interceptors.request.use((config) => (eachAttempt(), config))
  const client = twilio(o.user ?? account, token, { accountSid: account, httpClient })
  client.api.baseUrl = `https://localhost:${api.port}`
  return client
}
