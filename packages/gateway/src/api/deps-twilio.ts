import type { AppId, TenantId } from '#kernel'

/** What the routes for Twilio's clients need beside the rest. */
export interface ApiTwilio {
  /** Those of the tenant's apps that speak Twilio's dialect. */
  apps(tenant: TenantId): readonly AppId[]
  /** A TwiML document that came with a request, as native commands that nobody has checked yet, with the settings of the app that has the call. */
  read(app: AppId, document: string): TwimlReading
  /** Which of the payment providers a `PaymentConnector` is for an app. */
  provider(app: AppId, connector: string): string
}

export type TwimlReading =
  | { readonly ok: true; readonly actions: readonly object[] }
  /** Twilio's own code, and words for the app's owner. */
  | { readonly ok: false; readonly code: number; readonly message: string }
