import type { AlertReceiverConfig } from '#kernel'
import type { AlertReceiver } from './alert.ts'
import { showAlert } from './describe-alert.ts'
import { AlertError } from './error.ts'
import { accepting } from './receiver-filter.ts'

type WebhookConfig = Extract<AlertReceiverConfig, { kind: 'webhook' }>

/** One signed POST. Resolves with the answer's status, undefined when there is none; never rejects. */
export type PostAlert = (
  message: { readonly id: string; readonly body: string },
  signal: AbortSignal,
) => Promise<number | undefined>

/** Tells by a webhook in the form of Standard Webhooks: `{ type: "alerts.raised", timestamp, data: { node, alerts } }`. */
export function webhookReceiver(
  config: WebhookConfig,
  deps: { readonly node: string; readonly post: PostAlert },
): AlertReceiver {
  return {
    id: config.id,
    accepts: accepting(config),
    async send(alerts, signal) {
      const [first] = alerts
      if (first === undefined) return
      const at = first.told_at ?? first.last_at
      const data = { node: deps.node, alerts: alerts.map(showAlert) }
      const body = JSON.stringify({ type: 'alerts.raised', timestamp: at.toISOString(), data })
      const status = await deps.post({ id: `${first.id}_${at.getTime()}`, body }, signal)
      if (status === undefined || status < 200 || status > 299)
        throw new AlertError(
          'ALERT_NOT_DELIVERED',
          status === undefined
            ? 'the webhook could not be reached'
            : `the webhook answered with status ${status}`,
        )
    },
  }
}
