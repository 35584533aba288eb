import { createHash } from 'node:crypto'

/** A tenant as Twilio's clients know it: always the same, and nothing of the name can be read from it. */
export function accountSid(tenant: string): string {
  return `AC${hexOf(`tenant ${tenant}`)}`
}

/** An app as Twilio's clients know it (`ApplicationSid`). */
export function applicationSid(app: string): string {
  return `AP${hexOf(`app ${app}`)}`
}

function hexOf(text: string): string {
  return createHash('sha256').update(`voxkeep fingerprint ${text}`).digest('hex').slice(0, 32)
}
