/** What the code around a webhook got wrong. What an app's server does is never an exception: it comes back as data. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  readonly code:
    | 'WEBHOOK_SECRET_INVALID' // not `whsec_` and base64 of 24 to 64 bytes
    | 'WEBHOOK_ID_INVALID' // an id that would make what is signed ambiguous
    | 'WEBHOOK_EVENT_INVALID' // an event's type or size that receivers need not accept
    | 'WEBHOOK_FILE_UNREADABLE' // a certificate file of the app's configuration
    | 'WEBHOOK_ALLOW_LIST_INVALID' // `egress.allowPrivate` holds something that is no address range
    | 'WEBHOOK_OVERLOADED' // more events wait in memory than may
    | 'EGRESS_URL_REFUSED' // not https or wss, or with credentials inside
    | 'EGRESS_NAME_UNKNOWN' // the host name has no address
    | 'EGRESS_ADDRESS_REFUSED' // every address of the host is private, special or unparsable
  constructor(code: WebhookError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
