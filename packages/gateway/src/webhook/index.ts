export { decide, type Decided, type Question } from './decide.ts'
export { egressGuard, type Approved, type EgressGuard, type Lookup } from './egress-guard.ts'
export { WebhookError } from './errors.ts'
export { loggedUrl, type Delivery, type EventTarget, type ReadyRequest, type WebhookEvent } from './event.ts'
export {
  httpsClient,
  type HttpsAnswer,
  type HttpsClient,
  type HttpsFailure,
  type HttpsRequest,
} from './https-client.ts'
export type { Except, OutboxChange, OutboxRow, OutboxStore } from './outbox-store.ts'
export { startOutbox, type Outbox, type OutboxDeps } from './outbox.ts'
export { postSigned, type PostDeps, type SignedPost } from './post-signed.ts'
export { signPlatformUpgrade, type PlatformKeys } from './sign-platform.ts'
export { signStandard } from './sign-standard.ts'
export { signRequest } from './sign-request.ts'
export { signTwilio, type TwilioParams } from './sign-twilio.ts'
export { volatileOutboxStore } from './volatile-outbox-store.ts'
export { openWebhookApp, readClientTls, type ClientTls, type WebhookApp } from './webhook-app.ts'
