/** What a call asks its app: natively named (`call.incoming`, `call.gathered`, …), as `docs/webhooks.md` has it. */
export interface DialectQuestion {
  readonly id: string
  readonly type: string
  readonly call: string
  readonly data: Readonly<Record<string, unknown>>
  /** Asked, or told, in place of the app's own address. */
  readonly to?: { readonly url: string; readonly method: 'GET' | 'POST' } | undefined
}

/** What a call tells its app. */
export interface DialectEvent extends DialectQuestion {
  /** All that is known of the call at this moment. */
  readonly about?: Readonly<Record<string, unknown>> | undefined
}

/** What is known of a call from what was asked and told of it before: dialects repeat it with every request. */
export interface CallFacts {
  readonly call: string
  /** `AC…`: the app's tenant. */
  readonly accountSid: string
  readonly direction: 'inbound' | 'outbound'
  readonly from: string
  readonly to: string
  readonly state: 'ringing' | 'active' | 'ended'
  readonly answeredAtMs: number | undefined
  /** What the final response was to a call that nobody answered. */
  readonly sipStatus: number | undefined
  /** All that the first question said: identity, transport and the like. */
  readonly first: Readonly<Record<string, unknown>>
  /** Counts up from 0, for each name and call apart. */
  next(counter: string): number
}

export interface DialectMoment {
  readonly facts: CallFacts
  readonly nowMs: number
}

/** An HTTP request in the dialect's form. Whoever sends it adds the signature, each time with the secrets of that moment. */
export interface DialectRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  /** Content type among them. No secret: they wait on disk with the rest. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty with GET. */
  readonly body: string
}

export interface DialectAnswer {
  readonly body: Uint8Array
  readonly contentType: string
  /** Whose answer it is: relative addresses in it start there. */
  readonly url: string
}

/** What a dialect made of an answer. */
export interface DialectReading {
  /** Native commands, not checked yet. */
  readonly actions: readonly object[]
  /** What was in it and is not done: for the app's owner. */
  readonly warnings: readonly DialectFault[]
}

/** A fault of the app's: `code` is the dialect's own, `message` for its owner; nothing that was said or keyed in. */
export interface DialectFault {
  readonly code: number | string
  readonly message: string
}

/** How an app is asked and told that speaks something else than we do. Pure, but for the counters in `facts`. */
export interface Dialect {
  /** The question as the app expects it; `on` where the dialect asks nobody, and the call goes on with what it was told. */
  ask(question: DialectQuestion, moment: DialectMoment): DialectRequest | 'on'
  /** Throws `DialectError` for what cannot be read. */
  read(answer: DialectAnswer, question: DialectQuestion, moment: DialectMoment): DialectReading
  /** The same question to the app's other address, after `failed` came of the first. */
  askAgain?(
    question: DialectQuestion,
    moment: DialectMoment,
    failed: { readonly fault: DialectFault; readonly url: string; readonly fallbackUrl: string },
  ): DialectRequest
  /** The event as the dialect tells it; empty when it has no word for it. */
  tell(event: DialectEvent, moment: DialectMoment): readonly DialectRequest[]
  /** The dialect's own name for why there is no answer: an `HttpsFailure`, `status`, `redirects`, `redirect`. */
  faultOf?(why: string, status: number | undefined): DialectFault
}
