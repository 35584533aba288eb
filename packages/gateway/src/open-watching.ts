import type { HttpsClient } from '#webhook'
import { openAlerts, type Alerts } from './open-alerts.ts'
import { openLogReading, openSiem, type SiemParts } from './open-siem.ts'

/** What reads the audit logs for those who watch: collectors of security events, and alert rules. */
export function openWatching(
  parts: SiemParts & { readonly client: HttpsClient; readonly stack: AsyncDisposableStack },
): Alerts {
  const reading = openLogReading(parts)
  parts.stack.use(openSiem(parts, reading))
  return parts.stack.use(openAlerts(parts, reading))
}
